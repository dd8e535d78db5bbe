import { Popover } from "@base-ui/react/popover";
import { ListFilter } from "lucide-react";
import { useTranslation } from "react-i18next";

import { Button } from "@/components/Button";
import { Checkbox } from "@/components/Fields";
import { count } from "@/lib/format";

import styles from "./Log.module.css";

interface SourcesProps {
  sources: readonly (readonly [string, number])[];
  chosen: readonly string[];
  onChange: (sources: string[]) => void;
}

/** Which loggers are shown; none chosen: all. */
export function Sources({ sources, chosen, onChange }: SourcesProps) {
  const { t, i18n } = useTranslation("task");
  return (
    <Popover.Root>
      <Popover.Trigger render={<Button small kind="ghost" icon={<ListFilter />} />}>
        {chosen.length > 0 ? t("log.sourcesSome", { count: chosen.length }) : t("log.sources")}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className={styles.layer} sideOffset={6} align="start">
          <Popover.Popup className={styles.popup} aria-label={t("log.sources")}>
            {[...sources].sort((one, other) => other[1] - one[1]).map(([name, lines]) => (
              <Checkbox
                key={name}
                checked={chosen.includes(name)}
                onChange={() => onChange(chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name])}
                label={
                  <>
                    <code>{name || t("log.noSource")}</code> <span className="muted num">{count(lines, i18n.language)}</span>
                  </>
                }
              />
            ))}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
