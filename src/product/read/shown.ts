import { isTrue, type Node, optional, refuse, textOf } from "./tree.ts";
import type { Value } from "./types.ts";

/** What the program shows with the values its parameters have: references to parameters and to group objects, in its order. */
export type Shown = Readonly<{
  parameters: ReadonlySet<string>;
  objects: ReadonlySet<string>;
  /** By reference that is not shown: the parameter (a reference as well) that decides it. */
  hiddenBy: ReadonlyMap<string, string>;
  /** By reference to a parameter: the value that others have given it. */
  assigned: ReadonlyMap<string, Value>;
}>;

/**
 * @param dynamic the part of the program that says it
 * @param find a parameter, by its reference; undefined: there is no such reference
 * @throws Error with the place of what is not understood
 */
export const shownOf = (dynamic: Node, find: (ref: string) => Value | undefined): Shown => {
  const [parameters, objects] = [new Set<string>(), new Set<string>()];
  const hiddenBy = new Map<string, string>();
  const assigned = new Map<string, Value>();
  const lookUp = (node: Node, ref: string): Value =>
    assigned.get(ref) ?? find(ref) ?? refuse(node, `there is no parameter reference ${ref}`);

  /** @param hider the parameter that hides all of it; null: it is shown */
  const walk = (node: Node, hider: string | null): void => {
    switch (node.name) {
      case "ParameterRefRef":
      case "ComObjectRefRef": {
        const ref = textOf(node, "RefId");
        if (hider !== null) hiddenBy.set(ref, hider);
        else (node.name === "ParameterRefRef" ? parameters : objects).add(ref);
        return;
      }
      case "choose": {
        const ref = textOf(node, "ParamRefId");
        const chosen = new Set(hider === null ? matching(node, lookUp(node, ref)) : []);
        for (const each of node.children)
          walkInside(each, chosen.has(each) ? null : (hider ?? ref));
        return;
      }
      case "Assign":
        if (hider === null) assign(node);
        return;
      case "Module":
      case "Repeat":
        refuse(node, "modules are not understood");
        return;
      default:
        walkInside(node, hider);
    }
  };
  const walkInside = (node: Node, hider: string | null): void => {
    for (const child of node.children) walk(child, hider);
  };
  const assign = (node: Node): void => {
    const { SourceParamRefRef: source } = node.attributes;
    const value = source === undefined ? textOf(node, "Value") : lookUp(node, source);
    assigned.set(textOf(node, "TargetParamRefRef"), value);
  };
  walk(dynamic, null);
  return { parameters, objects, hiddenBy, assigned };
};

/** The branches for a value; those for all others where there is none. */
const matching = ({ children }: Node, value: Value): readonly Node[] => {
  const branches = children.filter(({ name }) => name === "when");
  const found = branches.filter((node) => isMet(optional(node, "test") ?? "", value));
  return found.length > 0 ? found : branches.filter((node) => isTrue(node, "default"));
};

/** `1 2 5`, `&gt;=3`, `!=0`: one of them is true. */
const isMet = (test: string, value: Value): boolean =>
  test.split(/\s+/).some((condition) => {
    const [, sign = "", operand = ""] = /^(<=|>=|!=|<|>|=)?(.*)$/.exec(condition) ?? [];
    if (operand === "") return false;
    const [left, right] = [Number(value), Number(operand)];
    switch (sign) {
      case "<":
        return left < right;
      case ">":
        return left > right;
      case "<=":
        return left <= right;
      case ">=":
        return left >= right;
      case "!=":
        return left !== right;
      default:
        return `${value}` === operand || left === right;
    }
  });
