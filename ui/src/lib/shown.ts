/** How long a page is hidden before it stops listening: who looks at another tab for a moment is not made to wait. */
const PATIENCE = 20_000;

/** Tells when the page has been hidden for a while, and when it shows again. Answers how to stop that. */
export function onShown(change: (shown: boolean) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let shown = true;
  const look = () => {
    clearTimeout(timer);
    if (document.visibilityState === "hidden") {
      timer = setTimeout(() => {
        if (shown) change((shown = false));
      }, PATIENCE);
    } else if (!shown) {
      change((shown = true));
    }
  };
  document.addEventListener("visibilitychange", look);
  look();
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
  };
}
