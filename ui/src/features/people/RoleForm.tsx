import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/components/Button";
import { Field, Select, TextInput } from "@/components/Fields";
import { FieldRow, FormDialog } from "@/components/FormDialog";
import { useSay } from "@/components/Toasts";

import { Matrix } from "./Matrix";
import styles from "./Matrix.module.css";
import { keptOf, type Pair, PREFIXES } from "./rights";
import { useDeed } from "./usePeople";
import { changeRole, createRole, kindsOf, type Role } from "./useRoles";

interface RoleFormProps {
  /** All roles: what a new one may begin with. */
  roles: readonly Role[];
  /** The one to change; without it, a new one is made. */
  role?: Role;
  onClose: () => void;
}

/** A role's rights, ticked in a table. */
export function RoleForm({ roles, role, onClose }: RoleFormProps) {
  const { t } = useTranslation("people");
  const say = useSay();
  const [name, setName] = useState(role?.name ?? "");
  const [pairs, setPairs] = useState<Pair[]>(role?.permissions ?? []);
  const [added, setAdded] = useState<string[]>([]);
  const create = useDeed(createRole);
  const change = useDeed(changeRole);
  const kinds = kindsOf(roles);
  const kept = keptOf(pairs, kinds).length;
  const save = () =>
    (role ? change : create).mutate(
      { name, permissions: pairs },
      {
        onSuccess: () => {
          say.done(t(role ? "roles.changed" : "roles.created", { name }));
          onClose();
        },
      },
    );
  return (
    <FormDialog
      title={role ? t("roles.edit", { name }) : t("roles.create")}
      description={t("roles.howTo")}
      verb={t(role ? "save" : "create", { ns: "common" })}
      onSave={save}
      onClose={onClose}
      busy={create.isPending || change.isPending}
      ready={name.trim() !== ""}
      error={create.error ?? change.error}
      wide
    >
      {!role && (
        <FieldRow>
          <Field label={t("roles.name")} required>
            {(ids) => <TextInput {...ids} autoComplete="off" required value={name} onChange={(event) => setName(event.target.value)} />}
          </Field>
          <Beginning roles={roles} onBegin={setPairs} />
        </FieldRow>
      )}
      <Matrix label={t("roles.rights")} pairs={pairs} kinds={kinds} added={added} onChange={setPairs} />
      <AddOne onAdd={(resource) => setAdded([...added, resource])} />
      {kept > 0 && <p className="muted">{t("roles.kept", { count: kept })}</p>}
      {role && <GrantedByFiles role={role} />}
    </FormDialog>
  );
}

/** The rights of another role, as a beginning. */
function Beginning({ roles, onBegin }: { roles: readonly Role[]; onBegin: (pairs: Pair[]) => void }) {
  const { t } = useTranslation("people");
  const choices = [{ value: "", label: t("roles.nothing") }, ...roles.map(({ name }) => ({ value: name, label: name }))];
  return (
    <Field label={t("roles.from")}>
      {(ids) => <Select {...ids} choices={choices} onChange={(event) => onBegin(roles.find(({ name }) => name === event.target.value)?.permissions ?? [])} />}
    </Field>
  );
}

/** A row for one DAG, tag or team. */
function AddOne({ onAdd }: { onAdd: (resource: string) => void }) {
  const { t } = useTranslation("people");
  const [prefix, setPrefix] = useState<string>(PREFIXES[0]);
  const [name, setName] = useState("");
  const add = () => {
    onAdd(`${prefix}${name.trim()}`);
    setName("");
  };
  const choices = PREFIXES.map((value) => ({ value, label: t(`roles.prefix.${value.slice(0, -1)}`) }));
  return (
    <div className={styles.add} role="group" aria-label={t("roles.add")}>
      <Field label={t("roles.addKind")}>{(ids) => <Select {...ids} choices={choices} value={prefix} onChange={(event) => setPrefix(event.target.value)} />}</Field>
      <Field label={t("roles.addName")}>
        {(ids) => (
          <TextInput
            {...ids}
            autoComplete="off"
            value={name}
            onChange={(event) => setName(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              event.preventDefault();
              if (name.trim()) add();
            }}
          />
        )}
      </Field>
      <Button icon={<Plus />} disabled={!name.trim()} onClick={add}>
        {t("roles.addVerb")}
      </Button>
    </div>
  );
}

/** Rights that a role has by `access_control` of DAG files. */
export function GrantedByFiles({ role }: { role: Role }) {
  const { t } = useTranslation("people");
  const pairs = role.permissions_of_dag_files;
  if (pairs.length === 0) return null;
  return (
    <section>
      <h3>{t("roles.granted")}</h3>
      <Matrix label={t("roles.byFiles")} pairs={pairs} kinds={[]} />
    </section>
  );
}
