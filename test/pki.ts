import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Paths of PEM files. */
export type Pki = Readonly<{
  ca: string;
  /** For 127.0.0.1, localhost and `broker.test`. */
  server: KeyPair;
  client: KeyPair;
  /** The key of the client again, under the password `open sesame`. */
  lockedKey: string;
  /** An authority that nobody here knows, and a client of it. */
  foreignCa: string;
  foreignClient: KeyPair;
}>;

type KeyPair = Readonly<{ cert: string; key: string }>;

/** Certificates made by openssl in a folder. */
export const makePki = (folder: string): Pki => {
  const at = (name: string): string => join(folder, name);
  const makeKey = (name: string): string => {
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", at(name));
    return at(name);
  };
  const makeCa = (name: string): KeyPair => {
    const key = makeKey(`${name}.key`);
    const cert = at(`${name}.pem`);
    openssl(
      ...["req", "-x509", "-new", "-key", key, "-days", "2", "-subj", `/CN=${name}`, "-out", cert],
      ...["-addext", "basicConstraints=critical,CA:TRUE"],
    );
    return { key, cert };
  };
  const sign = (ca: KeyPair, name: string, extension: string): KeyPair => {
    const key = makeKey(`${name}.key`);
    const [request, cert, file] = [at(`${name}.csr`), at(`${name}.pem`), at(`${name}.ext`)];
    writeFileSync(file, extension);
    openssl("req", "-new", "-key", key, "-subj", `/CN=${name}`, "-out", request);
    openssl(
      ...["x509", "-req", "-in", request, "-CA", ca.cert, "-CAkey", ca.key, "-CAcreateserial"],
      ...["-days", "2", "-extfile", file, "-out", cert],
    );
    return { key, cert };
  };
  const ours = makeCa("test-ca");
  const foreign = makeCa("foreign-ca");
  const client = sign(ours, "client", "extendedKeyUsage=clientAuth\n");
  const lockedKey = at("client-locked.key");
  openssl("pkey", "-in", client.key, "-aes256", "-passout", `pass:${PASSWORD}`, "-out", lockedKey);
  return {
    ca: ours.cert,
    server: sign(ours, "server", "subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:broker.test\n"),
    client,
    lockedKey,
    foreignCa: foreign.cert,
    foreignClient: sign(foreign, "foreign-client", "extendedKeyUsage=clientAuth\n"),
  };
};

export const PASSWORD = "open sesame";

const OPENSSL = "openssl";

const openssl = (...args: readonly string[]): void => {
  const { status, stderr } = spawnSync(OPENSSL, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`openssl ${args.join(" ")}: ${stderr}`);
};
