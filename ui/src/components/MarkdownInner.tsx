import ReactMarkdown from "react-markdown";
import gfm from "remark-gfm";

/** Loaded when there is Markdown to show. */
export default function MarkdownInner({ text }: { text: string }) {
  return (
    <ReactMarkdown
      remarkPlugins={[gfm]}
      components={{
        // An address that was taken away, as it would run something, leaves its words.
        a: ({ href, children }) =>
          href ? (
            <a href={href} target="_blank" rel="noreferrer noopener">
              {children}
            </a>
          ) : (
            <span>{children}</span>
          ),
        img: ({ alt }) => <span>{alt}</span>,
      }}
    >
      {text}
    </ReactMarkdown>
  );
}
