import { Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button, IconButton } from "@/components/Button";
import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { Confirm, Dialog } from "@/components/Dialog";
import { Failure } from "@/components/Say";
import { type Column, Table } from "@/components/Table";
import { useSay } from "@/components/Toasts";
import { blocking } from "@/lib/failure";
import { useMe } from "@/lib/me";
import { asText, type ViewProps } from "@/lib/search";

import { Matrix } from "./Matrix";
import styles from "./People.module.css";
import { keptOf } from "./rights";
import { GrantedByFiles, RoleForm } from "./RoleForm";
import { useDeed } from "./usePeople";
import { deleteRole, kindsOf, type Role, useRoles } from "./useRoles";

type Open = { what: "create" } | { what: "edit" | "delete"; role: Role };

/** What somebody in a role may do. `role` in the address shows the rights of one. */
export default function Roles({ search, onSearch }: ViewProps) {
  const { t } = useTranslation("people");
  const { may } = useMe();
  const { data: roles, error, refetch, isPending } = useRoles();
  const [open, setOpen] = useState<Open>();
  const shown = roles?.find(({ name }) => name === asText(search.role));
  const columns = useColumns(kindsOf(roles ?? []), (role) => onSearch({ role }), setOpen);
  if (blocking(error, roles)) return <Failure error={error} retry={() => void refetch()} />;
  const add = may("role", "create") && (
    <Button small kind="primary" icon={<Plus />} onClick={() => setOpen({ what: "create" })}>
      {t("roles.create")}
    </Button>
  );
  return (
    <>
      <Card flush title={t("roles.found", { count: roles?.length ?? 0 })} actions={add}>
        <Table label={t("roles.label")} rows={roles ?? []} columns={columns} rowKey={(role) => role.name} loading={isPending} />
      </Card>
      {roles && shown && <Rights role={shown} roles={roles} onClose={() => onSearch({ role: undefined })} />}
      {roles && open && <Opened open={open} roles={roles} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function Opened({ open, roles, onClose }: { open: Open; roles: readonly Role[]; onClose: () => void }) {
  if (open.what === "create") return <RoleForm roles={roles} onClose={onClose} />;
  return open.what === "edit" ? <RoleForm roles={roles} role={open.role} onClose={onClose} /> : <Delete role={open.role} onClose={onClose} />;
}

function useColumns(kinds: readonly string[], onShow: (name: string) => void, onOpen: (open: Open) => void): Column<Role>[] {
  const { t } = useTranslation("people");
  const { may } = useMe();
  const count = (role: Role) => role.permissions.length - keptOf(role.permissions, kinds).length;
  return [
    {
      key: "name",
      header: t("roles.name"),
      cell: (role) => (
        <button type="button" className={styles.link} aria-label={t("roles.show", { name: role.name })} onClick={() => onShow(role.name)}>
          {role.name}
        </button>
      ),
    },
    { key: "kind", header: t("roles.kind"), cell: (role) => (role.built_in ? <Chip>{t("roles.builtIn")}</Chip> : t("roles.own")) },
    { key: "rights", header: t("roles.rights"), cell: (role) => t("roles.rightsOf", { count: count(role) }) },
    { key: "files", header: t("roles.byFiles"), wideOnly: true, cell: (role) => (role.permissions_of_dag_files.length > 0 ? t("roles.rightsOf", { count: role.permissions_of_dag_files.length }) : <span className="muted">–</span>) },
    {
      key: "do",
      header: <span className="visually-hidden">{t("actions")}</span>,
      width: "6rem",
      cell: (role) =>
        !role.built_in && (
          <div className={styles.deeds}>
            {may("role", "edit") && (
              <IconButton label={t("roles.edit", { name: role.name })} onClick={() => onOpen({ what: "edit", role })}>
                <Pencil />
              </IconButton>
            )}
            {may("role", "delete") && (
              <IconButton label={t("roles.delete", { name: role.name })} onClick={() => onOpen({ what: "delete", role })}>
                <Trash2 />
              </IconButton>
            )}
          </div>
        ),
    },
  ];
}

function Rights({ role, roles, onClose }: { role: Role; roles: readonly Role[]; onClose: () => void }) {
  const { t } = useTranslation("people");
  const kinds = kindsOf(roles);
  const kept = keptOf(role.permissions, kinds).length;
  return (
    <Dialog open onClose={onClose} title={t("roles.show", { name: role.name })} description={t(role.built_in ? "roles.fixed" : "roles.howTo")} wide>
      <Matrix label={t("roles.rights")} pairs={role.permissions} kinds={kinds} />
      {kept > 0 && <p className="muted">{t("roles.kept", { count: kept })}</p>}
      <GrantedByFiles role={role} />
    </Dialog>
  );
}

function Delete({ role: { name }, onClose }: { role: Role; onClose: () => void }) {
  const { t } = useTranslation("people");
  const say = useSay();
  const remove = useDeed(deleteRole);
  const go = () => remove.mutate(name, { onSuccess: () => say.done(t("roles.deleted", { name })), onError: say.failed, onSettled: onClose });
  return <Confirm open onClose={onClose} onConfirm={go} title={t("roles.deleteTitle", { name })} description={t("roles.deleteText")} verb={t("delete", { ns: "common" })} dangerous busy={remove.isPending} />;
}
