import { Dialog } from "@base-ui/react/dialog";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CornerDownLeft, FileText, Workflow } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useDeferredValue, useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, data } from "@/api/client";
import { keys } from "@/lib/keys";

import styles from "./Palette.module.css";

export interface Place {
  label: string;
  path: string;
}

interface Found extends Place {
  icon: ReactNode;
  group: string;
}

/** Ctrl-K: any DAG and any page, by typing a part of its name. */
export function Palette({ open, onClose, pages }: { open: boolean; onClose: () => void; pages: readonly Place[] }) {
  const { t } = useTranslation("frame");
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup className={styles.popup} aria-label={t("palette.title")}>
          <Search pages={pages} onClose={onClose} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Search({ pages, onClose }: { pages: readonly Place[]; onClose: () => void }) {
  const { t } = useTranslation("frame");
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const navigate = useNavigate();
  const id = useId();
  const found = useFound(text.trim(), pages);
  const go = (place: Place | undefined) => {
    if (!place) return;
    onClose();
    void navigate({ to: place.path });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setChosen((chosen + step + found.length) % Math.max(1, found.length));
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) go(found[chosen]);
  };
  return (
    <>
      <input
        className={styles.input}
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={found[chosen] ? `${id}-${chosen}` : undefined}
        aria-label={t("palette.title")}
        placeholder={t("palette.placeholder")}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
        spellCheck={false}
        // eslint-disable-next-line jsx-a11y/no-autofocus -- a dialog that was asked for to type into
        autoFocus
      />
      <ul id={id} role="listbox" aria-label={t("palette.title")} className={styles.list}>
        {found.map((place, at) => (
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- the keys are the input's
          <li key={place.path} id={`${id}-${at}`} role="option" aria-selected={at === chosen} className={styles.option} onClick={() => go(place)} onPointerMove={() => setChosen(at)}>
            {place.icon}
            <span>{place.label}</span>
            <small>{place.group}</small>
            {at === chosen && <CornerDownLeft aria-hidden />}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className={styles.nothing}>{t("palette.nothing")}</p>}
    </>
  );
}

function useFound(text: string, pages: readonly Place[]): Found[] {
  const { t } = useTranslation("frame");
  const pattern = useDeferredValue(text);
  const { data: answer } = useQuery({
    queryKey: keys.all("palette", pattern),
    queryFn: () => data(api.GET("/api/tradewind/ui/dags", { params: { query: { name_pattern: pattern ? `%${pattern}%` : "%", limit: 8 } } })),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
  const wanted = text.toLowerCase();
  const places = pages.filter(({ label }) => label.toLowerCase().includes(wanted)).slice(0, text ? 6 : 12);
  const dags = (answer?.dags ?? []).filter(({ dag_id, dag_display_name }) => [dag_id, dag_display_name].some((name) => name.toLowerCase().includes(wanted)));
  return [
    ...(text ? [] : places.map((place) => ({ ...place, icon: <FileText />, group: t("palette.pages") }))),
    ...dags.map(({ dag_id, dag_display_name }) => ({ label: dag_display_name, path: `/dags/${encodeURIComponent(dag_id)}`, icon: <Workflow />, group: dag_display_name === dag_id ? t("palette.dags") : dag_id })),
    ...(text ? places.map((place) => ({ ...place, icon: <FileText />, group: t("palette.pages") })) : []),
  ];
}
