import { Bot, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button, IconButton } from "@/components/Button";
import { Card } from "@/components/Card";
import { Confirm } from "@/components/Dialog";
import { Field, TextInput } from "@/components/Fields";
import { FormDialog } from "@/components/FormDialog";
import { Empty } from "@/components/Say";
import { type Column, Table } from "@/components/Table";
import { useSay } from "@/components/Toasts";
import { When } from "@/components/When";
import { useMe } from "@/lib/me";

import styles from "./People.module.css";
import { useDeed } from "./usePeople";
import { type Account, createAccount, deleteAccount, type Token } from "./useTokens";

/** The names under which programs ask. */
export function Accounts({ accounts, tokens }: { accounts: readonly Account[] | undefined; tokens: readonly Token[] }) {
  const { t } = useTranslation("people");
  const { may } = useMe();
  const [creating, setCreating] = useState(false);
  const [leaving, setLeaving] = useState<string>();
  const columns = useColumns(tokens, setLeaving);
  const add = may("user", "create") && (
    <Button small kind={accounts?.length === 0 ? "primary" : "default"} icon={<Plus />} onClick={() => setCreating(true)}>
      {t("accounts.create")}
    </Button>
  );
  return (
    <Card flush title={t("accounts.found", { count: accounts?.length ?? 0 })} actions={add}>
      <Table label={t("accounts.label")} rows={accounts ?? []} columns={columns} rowKey={({ name }) => name} loading={!accounts} empty={<Empty icon={<Bot />} title={t("accounts.none")}>{t("accounts.noneText")}</Empty>} />
      {creating && <Create onClose={() => setCreating(false)} />}
      {leaving !== undefined && <Delete name={leaving} onClose={() => setLeaving(undefined)} />}
    </Card>
  );
}

function useColumns(tokens: readonly Token[], onDelete: (name: string) => void): Column<Account>[] {
  const { t } = useTranslation("people");
  const { may } = useMe();
  return [
    { key: "name", header: t("accounts.name"), cell: ({ name }) => <strong>{name}</strong> },
    { key: "about", header: t("accounts.description"), cell: ({ description }) => description || <span className="muted">–</span> },
    { key: "tokens", header: t("accounts.tokens"), right: true, width: "6rem", cell: ({ name }) => <span className="num">{tokens.filter(({ account }) => account === name).length}</span> },
    { key: "made", header: t("accounts.made"), wideOnly: true, width: "10rem", cell: ({ created_on }) => <When at={created_on} ago /> },
    {
      key: "do",
      header: <span className="visually-hidden">{t("actions")}</span>,
      width: "3.5rem",
      cell: ({ name }) =>
        may("user", "delete") && (
          <div className={styles.deeds}>
            <IconButton label={t("accounts.delete", { name })} onClick={() => onDelete(name)}>
              <Trash2 />
            </IconButton>
          </div>
        ),
    },
  ];
}

function Create({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("people");
  const say = useSay();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const create = useDeed(createAccount);
  const save = () =>
    create.mutate(
      { name: name.trim(), description },
      {
        onSuccess: () => {
          say.done(t("accounts.created", { name }));
          onClose();
        },
      },
    );
  return (
    <FormDialog title={t("accounts.create")} verb={t("create", { ns: "common" })} onSave={save} onClose={onClose} busy={create.isPending} ready={name.trim() !== ""} error={create.error}>
      <Field label={t("accounts.name")} required>
        {(ids) => <TextInput {...ids} autoComplete="off" required value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <Field label={t("accounts.description")}>{(ids) => <TextInput {...ids} autoComplete="off" value={description} onChange={(event) => setDescription(event.target.value)} />}</Field>
    </FormDialog>
  );
}

function Delete({ name, onClose }: { name: string; onClose: () => void }) {
  const { t } = useTranslation("people");
  const say = useSay();
  const remove = useDeed(deleteAccount);
  const go = () => remove.mutate(name, { onSuccess: () => say.done(t("accounts.deleted", { name })), onError: say.failed, onSettled: onClose });
  return <Confirm open onClose={onClose} onConfirm={go} title={t("accounts.deleteTitle", { name })} description={t("accounts.deleteText")} verb={t("delete", { ns: "common" })} dangerous busy={remove.isPending} />;
}
