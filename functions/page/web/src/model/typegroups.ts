/** In the order in which most look for something; what the description calls otherwise comes after these. */
const ORDER = ["compute", "database", "storage", "network"];
const REST = "other";

export interface TypeGroup {
  /** Empty where the description groups nothing. */
  name: string;
  types: string[];
}

/** Types by what they belong to, each group in the order of the types; all in one without a name if nothing is grouped. */
export function typeGroups(types: string[], groups: Map<string, string>): TypeGroup[] {
  if (groups.size === 0) return types.length === 0 ? [] : [{ name: "", types }];
  const found = new Map<string, string[]>();
  for (const type of types) {
    const name = groups.get(type) || REST;
    found.set(name, [...(found.get(name) ?? []), type]);
  }
  const place = (name: string) =>
    name === REST ? ORDER.length + 1 : ORDER.indexOf(name) < 0 ? ORDER.length : ORDER.indexOf(name);
  return [...found].map(([name, all]) => ({ name, types: all })).sort((a, b) => place(a.name) - place(b.name));
}
