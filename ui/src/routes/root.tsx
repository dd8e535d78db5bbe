import { Outlet } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { Failure } from "@/components/Say";
import { Toasts } from "@/components/Toasts";
import { useWaiting } from "@/features/actions/useActions";
import { Frame } from "@/features/frame/Frame";
import { useChanges } from "@/features/live/useChanges";
import { Palette, type Place } from "@/features/palette/Palette";
import { RightsOnDag } from "@/features/session/RightsOnDag";
import { useAskedMe } from "@/features/session/useMe";
import { MeContext, OnDagContext, useMe } from "@/lib/me";

import { type AdminPageName, PAGES } from "./admin/pages";

/** What every page has around it. */
export function Root() {
  const { me, known, error, retry } = useAskedMe();
  if (error && !known) return <Failure error={error} retry={retry} />;
  return (
    <MeContext value={me}>
      <OnDagContext value={RightsOnDag}>
        <Toasts>{known && <Inside />}</Toasts>
      </OnDagContext>
    </MeContext>
  );
}

function Inside() {
  const live = useChanges();
  const waiting = useWaiting();
  const [searching, setSearching] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setSearching((open) => !open);
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return (
    <Frame live={live} waiting={waiting} onSearch={() => setSearching(true)}>
      <Outlet />
      <Palette open={searching} onClose={() => setSearching(false)} pages={usePages()} />
    </Frame>
  );
}

function usePages(): Place[] {
  const { t } = useTranslation("frame");
  const { t: admin } = useTranslation("admin");
  const { may } = useMe();
  const readable = (Object.keys(PAGES) as AdminPageName[]).filter((page) => may(PAGES[page].wants, "read"));
  return [
    { label: t("home"), path: "/" },
    { label: t("dags"), path: "/dags" },
    { label: t("assets"), path: "/assets" },
    { label: t("actions"), path: "/actions" },
    ...readable.map((page) => ({ label: admin(`pages.${page}.title`), path: `/admin/${page}` })),
  ];
}
