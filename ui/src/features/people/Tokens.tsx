import { KeyRound, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button, IconButton } from "@/components/Button";
import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { Code } from "@/components/Code";
import { Confirm } from "@/components/Dialog";
import { Select } from "@/components/Fields";
import { Chips } from "@/components/Picks";
import { Empty, Failure } from "@/components/Say";
import { ShownOnce } from "@/components/ShownOnce";
import { type Column, Table } from "@/components/Table";
import { useSay } from "@/components/Toasts";
import { When } from "@/components/When";
import { prefix } from "@/lib/address";
import { blocking } from "@/lib/failure";
import { useMe } from "@/lib/me";
import { useNow } from "@/lib/now";
import { asText, type ViewProps } from "@/lib/search";

import { Accounts } from "./Accounts";
import styles from "./People.module.css";
import { TokenForm } from "./TokenForm";
import { useDeed } from "./usePeople";
import { type NewToken, revokeToken, type Token, useAccounts, useTokens } from "./useTokens";

type Open = { what: "create" } | { what: "made"; token: NewToken } | { what: "revoke"; token: Token };

/** Programs that ask the REST API, and the tokens that they show. `account` in the address narrows the tokens to one. */
export default function Tokens({ search, onSearch }: ViewProps) {
  const { t } = useTranslation("people");
  const account = asText(search.account);
  const { data: accounts, error: noAccounts, refetch: again } = useAccounts();
  const { data: tokens, error, refetch, isPending } = useTokens();
  const [open, setOpen] = useState<Open>();
  const columns = useColumns((token) => setOpen({ what: "revoke", token }));
  const close = () => setOpen(undefined);
  const broken = blocking(error, tokens) ?? blocking(noAccounts, accounts);
  if (broken) return <Failure error={broken} retry={() => void Promise.all([refetch(), again()])} />;
  const shown = (tokens ?? []).filter((token) => !account || token.account === account);
  const names = (accounts ?? []).map(({ name }) => name);
  const head = <Head accounts={names} account={account} onAccount={(name) => onSearch({ account: name })} onCreate={() => setOpen({ what: "create" })} />;
  return (
    <>
      <Accounts accounts={accounts} tokens={tokens ?? []} />
      <Card flush title={t("tokens.found", { count: shown.length })} actions={head}>
        <Table label={t("tokens.label")} rows={shown} columns={columns} rowKey={(token) => String(token.id)} loading={isPending} empty={<Empty icon={<KeyRound />} title={t("tokens.none")}>{t("tokens.noneText")}</Empty>} />
      </Card>
      {open?.what === "create" && <TokenForm accounts={names} account={account} onClose={close} onMade={(token) => setOpen({ what: "made", token })} />}
      {open?.what === "made" && <Made token={open.token} onClose={close} />}
      {open?.what === "revoke" && <Revoke token={open.token} onClose={close} />}
    </>
  );
}

interface HeadProps {
  accounts: readonly string[];
  account: string | undefined;
  onAccount: (account: string | undefined) => void;
  onCreate: () => void;
}

/** Whose tokens are shown, and a new one. */
function Head({ accounts, account, onAccount, onCreate }: HeadProps) {
  const { t } = useTranslation("people");
  const { may } = useMe();
  const choices = [{ value: "", label: t("tokens.anyAccount") }, ...accounts.map((value) => ({ value, label: value }))];
  return (
    <>
      {accounts.length > 1 && <Select aria-label={t("tokens.account")} choices={choices} value={account ?? ""} onChange={(event) => onAccount(event.target.value || undefined)} />}
      {may("user", "create") && accounts.length > 0 && (
        <Button small kind="primary" icon={<Plus />} onClick={onCreate}>
          {t("tokens.create")}
        </Button>
      )}
    </>
  );
}

function useColumns(onRevoke: (token: Token) => void): Column<Token>[] {
  const { t } = useTranslation("people");
  const { may } = useMe();
  return [
    { key: "account", header: t("tokens.account"), cell: (token) => <strong>{token.account}</strong> },
    { key: "scopes", header: t("tokens.scopes"), cell: (token) => <Chips words={token.scopes} /> },
    { key: "made", header: t("tokens.made"), wideOnly: true, cell: (token) => <When at={token.created_on} ago /> },
    { key: "expires", header: t("tokens.expires"), cell: (token) => <Until at={token.expires_on} /> },
    { key: "used", header: t("tokens.used"), wideOnly: true, cell: (token) => (token.last_used_on ? <When at={token.last_used_on} ago /> : <span className="muted">{t("tokens.never")}</span>) },
    {
      key: "do",
      header: <span className="visually-hidden">{t("actions")}</span>,
      width: "3.5rem",
      cell: (token) =>
        may("user", "delete") && (
          <div className={styles.deeds}>
            <IconButton label={t("tokens.revoke", { id: token.id, account: token.account })} onClick={() => onRevoke(token)}>
              <Trash2 />
            </IconButton>
          </div>
        ),
    },
  ];
}

function Until({ at }: { at: string }) {
  const { t } = useTranslation("people");
  const now = useNow();
  return Date.parse(at) < now ? <Chip tone="warning">{t("tokens.expired")}</Chip> : <When at={at} ago />;
}

/** The token itself, this once, and how it is shown to the server. */
function Made({ token, onClose }: { token: NewToken; onClose: () => void }) {
  const { t } = useTranslation("people");
  return (
    <ShownOnce title={t("tokens.created", { account: token.account })} secret={token.token} onClose={onClose}>
      <p className="muted">{t("tokens.try")}</p>
      <Code text={`curl -H 'Authorization: Bearer ${token.token}' ${location.origin}${prefix()}/api/v2/dags`} wrap />
    </ShownOnce>
  );
}

function Revoke({ token: { id, account }, onClose }: { token: Token; onClose: () => void }) {
  const { t } = useTranslation("people");
  const say = useSay();
  const revoke = useDeed(revokeToken);
  const go = () => revoke.mutate(id, { onSuccess: () => say.done(t("tokens.revoked")), onError: say.failed, onSettled: onClose });
  return <Confirm open onClose={onClose} onConfirm={go} title={t("tokens.revokeTitle", { id, account })} description={t("tokens.revokeText")} verb={t("tokens.revokeVerb")} dangerous busy={revoke.isPending} />;
}
