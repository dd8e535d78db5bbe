import { Check, Copy as Icon } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { IconButton } from "./Button";

/** Puts a text on the clipboard. */
export function Copy({ text, label }: { text: string; label?: string }) {
  const { t } = useTranslation();
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return undefined;
    const timer = setTimeout(() => setDone(false), 1500);
    return () => clearTimeout(timer);
  }, [done]);
  return (
    <IconButton label={done ? t("copied") : (label ?? t("copy"))} onClick={() => void navigator.clipboard.writeText(text).then(() => setDone(true))}>
      {done ? <Check /> : <Icon />}
    </IconButton>
  );
}
