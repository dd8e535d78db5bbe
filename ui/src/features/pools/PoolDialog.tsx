import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Confirm } from "@/components/Dialog";
import { Checkbox, Field, TextInput } from "@/components/Fields";
import { useSay } from "@/components/Toasts";

import styles from "./Pools.module.css";
import { slotsIn } from "./slots";
import { type Pool, useChange } from "./usePools";

/** Makes a pool, or changes the one that is there. */
export function PoolDialog({ there, onClose }: { there?: Pool; onClose: () => void }) {
  const { t } = useTranslation("pools");
  const say = useSay();
  const change = useChange();
  const [name, setName] = useState(there?.name ?? "");
  const [typed, setTyped] = useState(String(there?.slots ?? 1));
  const [about, setAbout] = useState(there?.description ?? "");
  const [deferred, setDeferred] = useState(there?.include_deferred ?? false);
  const slots = slotsIn(typed);
  const go = () => {
    if (slots === undefined) return;
    change.mutate(
      { kind: there ? "edit" : "create", wish: { name, slots, description: about || null, include_deferred: deferred } },
      {
        onSuccess: () => {
          say.done(t(there ? "changed" : "created", { pool: name }));
          onClose();
        },
      },
    );
  };
  return (
    <Confirm open onClose={onClose} onConfirm={go} title={there ? t("edit", { pool: there.name }) : t("form.title")} description={null} verb={t(there ? "save" : "create", { ns: "common" })} busy={change.isPending} disabled={slots === undefined || name.trim() === ""}>
      {!there && <Field label={t("form.name")} required>{(ids) => <TextInput {...ids} maxLength={256} spellCheck={false} value={name} onChange={(event) => setName(event.target.value)} />}</Field>}
      <Field label={t("form.slots")} help={t("form.slotsHelp")} error={slots === undefined ? t("form.wrong") : undefined} required>
        {(ids) => <TextInput {...ids} type="number" min={-1} step={1} value={typed} onChange={(event) => setTyped(event.target.value)} />}
      </Field>
      <Field label={t("form.about")}>{(ids) => <TextInput {...ids} maxLength={5000} value={about} onChange={(event) => setAbout(event.target.value)} />}</Field>
      <Checkbox
        checked={deferred}
        onChange={(event) => setDeferred(event.target.checked)}
        label={
          <>
            {t("form.deferred")}
            <br />
            <small className="muted">{t("form.deferredHelp")}</small>
          </>
        }
      />
      {change.error && (
        <p role="alert" className={styles.error}>
          {change.error.message}
        </p>
      )}
    </Confirm>
  );
}
