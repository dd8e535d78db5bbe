import { Popover } from "@base-ui/react/popover";
import { CircleUserRound } from "lucide-react";
import { useTranslation } from "react-i18next";

import { Field, Select } from "@/components/Fields";
import { LANGUAGES, type Language } from "@/i18n";
import { prefix } from "@/lib/address";
import { cx } from "@/lib/format";
import { useMe } from "@/lib/me";
import { browserZone, type Theme, usePreferences } from "@/lib/preferences";
import { zones } from "@/lib/time";

import frame from "./Frame.module.css";
import styles from "./Person.module.css";

/** Who is logged in, and what they chose for this browser. */
export function Person() {
  const { t } = useTranslation("frame");
  const me = useMe();
  return (
    <Popover.Root>
      <Popover.Trigger className={frame.entry} aria-label={`${t("settings")}: ${me.displayName}`}>
        <CircleUserRound />
        <span>{me.displayName || t("settings")}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner side="top" align="start" sideOffset={8} className={styles.layer}>
          <Popover.Popup className={styles.popup}>
            <Popover.Title className={styles.name}>{t("you", { name: me.username })}</Popover.Title>
            <Choices />
            {me.canLogOut && (
              <a className={cx(frame.entry, styles.out)} href={`${prefix()}/api/v2/auth/logout`}>
                {t("logOut")}
              </a>
            )}
            <p className={styles.version}>Tradewind {me.version}</p>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Choices() {
  const { t } = useTranslation("frame");
  const { theme, language, zone, change } = usePreferences();
  const here = browserZone();
  const zoneChoices = [
    { value: here, label: t("zones.browser", { zone: here }) },
    { value: "dag", label: t("zones.dag") },
    ...zones().filter((name) => name !== here).map((name) => ({ value: name, label: name })),
  ];
  return (
    <>
      <Field label={t("theme")}>
        {(ids) => (
          <Select
            {...ids}
            value={theme}
            onChange={(event) => change({ theme: event.target.value as Theme })}
            choices={(["system", "light", "dark"] as const).map((value) => ({ value, label: t(`themes.${value}`) }))}
          />
        )}
      </Field>
      <Field label={t("language")}>
        {(ids) => (
          <Select
            {...ids}
            value={language}
            onChange={(event) => change({ language: event.target.value as Language })}
            choices={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
          />
        )}
      </Field>
      <Field label={t("zone")}>
        {(ids) => <Select {...ids} value={zone} onChange={(event) => change({ zone: event.target.value })} choices={zoneChoices} />}
      </Field>
    </>
  );
}
