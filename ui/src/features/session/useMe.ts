import { useQuery } from "@tanstack/react-query";

import { api, data } from "@/api/client";
import { type Me, NOBODY } from "@/lib/me";

/** Asks the server who we are. Until it has answered, nobody. */
export function useAskedMe(): { me: Me; known: boolean; error: unknown } {
  const { data: answer, error } = useQuery({
    queryKey: ["me"],
    queryFn: () => data(api.GET("/api/tradewind/ui/me")),
    staleTime: Infinity,
  });
  if (!answer) return { me: NOBODY, known: false, error };
  return {
    known: true,
    error,
    me: {
      username: answer.name,
      displayName: answer.display_name,
      instance: answer.instance_name,
      version: answer.version,
      zone: answer.default_timezone,
      allDags: answer.all_dags,
      docs: answer.docs,
      canTestConnections: answer.test_connections,
      canLogOut: answer.can_log_out,
      may: (kind, action) => answer.rights[kind][action],
    },
  };
}
