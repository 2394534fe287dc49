/** What belongs to one bridge of several: `systemd/knxpi.service` is the house, `systemd/knxpi@.service` any other. */
export type Instance = Readonly<{
  /** As `systemctl` takes it: `knxpi`, `knxpi@cellar`. */
  unit: string;
  /** What the unit reads. */
  config: string;
  /** Where it keeps what must survive a restart. */
  state: string;
  /** Looks at this one again. */
  doctor: string;
}>;

export const instanceOf = (name = "house"): Instance => ({
  config: `/etc/knxpi/${name}.yaml`,
  ...(name === "house"
    ? { unit: "knxpi", state: "/var/lib/knxpi", doctor: "knxpi doctor" }
    : {
        unit: `knxpi@${name}`,
        state: `/var/lib/knxpi-${name}`,
        doctor: `knxpi doctor --instance ${name}`,
      }),
});
