import { Plus, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button, IconButton } from "@/components/Button";
import { Field, Select, TextInput } from "@/components/Fields";
import { FieldRow, FormDialog } from "@/components/FormDialog";

import { asParams, EMPTY, type Row, wrong } from "./params";
import { createWebhook, type NewWebhook, type Secret, useAssets, useDagIds, useDeed } from "./useWebhooks";
import styles from "./Webhooks.module.css";

type Kind = "dag" | "asset";

interface Wish {
  name: string;
  kind: Kind;
  target: string;
  signed: boolean;
  secret: string;
  rows: readonly Row[];
}

const NOTHING: Wish = { name: "", kind: "dag", target: "", signed: true, secret: "", rows: [EMPTY] };

/** What a new webhook starts, how its sender proves who they are, and what it takes from what is delivered. */
export function WebhookForm({ onClose, onMade }: { onClose: () => void; onMade: (made: Secret) => void }) {
  const { t } = useTranslation("webhooks");
  const [wish, setWish] = useState<Wish>(NOTHING);
  const set = (some: Partial<Wish>) => setWish({ ...wish, ...some });
  const targets = useTargets(wish.kind, wish.target.trim());
  const create = useDeed(createWebhook);
  const body = bodyOf(wish, targets);
  return (
    <FormDialog
      title={t("create")}
      verb={t("create", { ns: "common" })}
      onSave={() => body && create.mutate(body, { onSuccess: onMade })}
      onClose={onClose}
      busy={create.isPending}
      ready={body !== undefined}
      error={create.error}
    >
      <Field label={t("name")} help={t("nameHelp")} required>
        {(ids) => <TextInput {...ids} autoComplete="off" required value={wish.name} onChange={(event) => set({ name: event.target.value })} />}
      </Field>
      <FieldRow>
        <Field label={t("does")}>
          {(ids) => (
            <Select {...ids} choices={(["dag", "asset"] as const).map((value) => ({ value, label: t(`kind.${value}`) }))} value={wish.kind} onChange={(event) => set({ kind: event.target.value as Kind, target: "" })} />
          )}
        </Field>
        <Field label={t(`target.${wish.kind}`)} required>
          {(ids) => (
            <>
              <TextInput {...ids} autoComplete="off" required list={`${ids.id}-known`} value={wish.target} onChange={(event) => set({ target: event.target.value })} />
              <datalist id={`${ids.id}-known`}>
                {[...targets.keys()].map((name) => (
                  <option key={name} value={name} />
                ))}
              </datalist>
            </>
          )}
        </Field>
      </FieldRow>
      <FieldRow>
        <Field label={t("proof")} help={t(wish.signed ? "proofHelp.signed" : "proofHelp.bearer")}>
          {(ids) => (
            <Select
              {...ids}
              choices={(["signed", "bearer"] as const).map((value) => ({ value, label: t(`proofs.${value}`) }))}
              value={wish.signed ? "signed" : "bearer"}
              onChange={(event) => set({ signed: event.target.value === "signed" })}
            />
          )}
        </Field>
        <Field label={t("secret")} help={t("secretHelp")}>
          {(ids) => <TextInput {...ids} type="password" autoComplete="new-password" value={wish.secret} onChange={(event) => set({ secret: event.target.value })} />}
        </Field>
      </FieldRow>
      <Mapping rows={wish.rows} onChange={(rows) => set({ rows })} />
    </FormDialog>
  );
}

/** What may be chosen, by its name: the id that the server wants of it. */
function useTargets(kind: Kind, text: string): ReadonlyMap<string, string | number> {
  const { data: dags } = useDagIds(kind === "dag" ? text : "");
  const { data: assets } = useAssets(kind === "asset" ? text : "");
  return kind === "dag" ? new Map(dags?.map((id) => [id, id])) : new Map(assets?.map(({ id, name }) => [name, id]));
}

function bodyOf(wish: Wish, targets: ReadonlyMap<string, string | number>): NewWebhook | undefined {
  const id = targets.get(wish.target.trim());
  if (!wish.name.trim() || id === undefined || wish.rows.some(wrong)) return undefined;
  return {
    name: wish.name.trim(),
    dag_id: typeof id === "string" ? id : null,
    asset_id: typeof id === "number" ? id : null,
    signed_only: wish.signed,
    secret: wish.secret.trim() || null,
    params: asParams(wish.rows),
  };
}

/** Which param gets its value from where in the body. */
function Mapping({ rows, onChange }: { rows: readonly Row[]; onChange: (rows: readonly Row[]) => void }) {
  const { t } = useTranslation("webhooks");
  const set = (place: number, some: Partial<Row>) => onChange(rows.map((row, index) => (index === place ? { ...row, ...some } : row)));
  return (
    <fieldset className={styles.mapping}>
      <legend>{t("mapping")}</legend>
      <p className="muted">{t("mappingHelp")}</p>
      {rows.map((row, place) => (
        <div key={place} className={styles.row}>
          <TextInput aria-label={t("param")} placeholder={t("param")} autoComplete="off" value={row.param} onChange={(event) => set(place, { param: event.target.value })} />
          <span aria-hidden>←</span>
          <TextInput aria-label={t("pointer")} placeholder="/repository/name" autoComplete="off" aria-invalid={wrong(row) || undefined} value={row.pointer} onChange={(event) => set(place, { pointer: event.target.value })} />
          <IconButton label={t("without")} disabled={rows.length === 1} onClick={() => onChange(rows.filter((_, index) => index !== place))}>
            <X />
          </IconButton>
        </div>
      ))}
      <Button small icon={<Plus />} onClick={() => onChange([...rows, EMPTY])}>
        {t("another")}
      </Button>
    </fieldset>
  );
}
