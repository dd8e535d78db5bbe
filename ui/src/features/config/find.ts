/** Options that fit what was typed and where they come from. */

export interface Option {
  key: string;
  value: string;
  source: string;
  source_kind: string;
  about: string;
}

export interface Section<O extends Option> {
  name: string;
  options: readonly O[];
}

/** Every word must stand somewhere: in the section's name, the option's, its value or what is said about it. */
export function find<O extends Option>(sections: readonly Section<O>[], text: string, source: string | undefined): Section<O>[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (section: string, { key, value, source: from, source_kind: kind, about }: O) => {
    const all = [section, key, value, from, about].join("\n").toLowerCase();
    return (source === undefined || kind === source) && words.every((word) => all.includes(word));
  };
  return sections.map(({ name, options }) => ({ name, options: options.filter((option) => fits(name, option)) })).filter(({ options }) => options.length > 0);
}
