/** All words of this language, a file a feature. */
const files = import.meta.glob<Record<string, unknown>>("./*.json", { eager: true, import: "default" });

const words: Record<string, Record<string, unknown>> = {};
for (const [path, content] of Object.entries(files)) words[path.slice(2, -5)] = content;

export default words;
