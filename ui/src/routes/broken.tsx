import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import { Failure } from "@/components/Say";
import { isLostModule, mayReload } from "@/lib/lost";

/** Instead of a page that broke: what happened, and ways on. One whose files a new version replaced is loaded anew by itself, once. */
export function Broken({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const lost = isLostModule(error);
  useEffect(() => {
    if (lost && mayReload()) location.reload();
  }, [lost]);
  const again = () => {
    if (lost) {
      location.reload(); // the browser remembers what it did not find
      return;
    }
    reset();
    void router.invalidate();
  };
  return (
    <Failure error={lost ? t("failure.lost") : error} retry={again}>
      <Link to="/">{t("notFound.home")}</Link>
    </Failure>
  );
}
