/** A package that is inside ours. `text`: its licence as it comes with it; not all bring one. */
export type Bundled = Readonly<{
  name: string;
  version: string;
  licence: string;
  text: string | undefined;
}>;

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** Debian's copyright file, format 1.0: ours, then each package that is inside, with the licence it came with. */
export const copyright = (bundled: readonly Bundled[]): string =>
  `${[HEAD, OURS, ...bundled.map(paragraph)].join("\n\n")}\n`;

const HEAD = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: knxpi`;

const OURS = `Files: *
Copyright: the authors of knxpi
License: MIT
${continued(MIT)}`;

/** Licences of one name may differ in a word: each package has its own, with a name of its own. */
const paragraph = ({ name, version, licence, text }: Bundled): string =>
  `Files: usr/lib/knxpi/node_modules/${name}/*
Copyright: ${owner(text) ?? `the authors of ${name}`}
License: ${licence}-${name.replace(/[^a-z0-9.]+/gi, "-").replace(/^-/, "")}-${version}
${continued(licenceText(licence, text))}`;

/** Debian has the long ones once for all packages, and does not want them again. */
const licenceText = (licence: string, text: string | undefined): string => {
  if (licence === "Apache-2.0") return "The text is in /usr/share/common-licenses/Apache-2.0.";
  return text ?? `Its package.json says ${licence}; a text did not come with it.`;
};

/** The first line that names an owner. */
const owner = (text: string | undefined): string | undefined =>
  text
    ?.split("\n")
    .map((line) => /^\W*Copyright\s+(.*\S)/i.exec(line)?.[1])
    .find((found) => found !== undefined);

/** Lines of a field that goes on: a blank before each, and a dot for empty ones. */
function continued(text: string): string {
  return text
    .trim()
    .split(/\r?\n/)
    .map((line) => (line.trim() === "" ? " ." : ` ${line.trimEnd()}`))
    .join("\n");
}
