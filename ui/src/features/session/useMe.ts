import { queryOptions, useQuery } from "@tanstack/react-query";

import { api, data } from "@/api/client";
import { type Me, NOBODY, useMe } from "@/lib/me";

export const ME = queryOptions({
  queryKey: ["me"],
  queryFn: () => data(api.GET("/api/tradewind/ui/me")),
  staleTime: Infinity,
});

/** Asks the server who we are. Until it has answered, nobody. */
export function useAskedMe(): { me: Me; known: boolean; error: unknown; retry: () => void } {
  const { data: answer, error, refetch } = useQuery(ME);
  const retry = () => void refetch();
  if (!answer) return { me: NOBODY, known: false, error, retry };
  return {
    known: true,
    error,
    retry,
    me: {
      username: answer.name,
      displayName: answer.display_name,
      instance: answer.instance_name,
      version: answer.version,
      zone: answer.default_timezone,
      allDags: answer.all_dags,
      varies: answer.rights_vary,
      docs: answer.docs,
      canTestConnections: answer.test_connections,
      canLogOut: answer.can_log_out,
      may: (kind, action) => answer.rights[kind][action],
    },
  };
}

/** The same of one DAG: where rights vary, nothing but reading before the server has answered. */
export function useMeOn(dagId: string): Me {
  const me = useMe();
  const { data: rights } = useQuery({
    queryKey: ["me", "on", dagId],
    queryFn: () => data(api.GET("/api/tradewind/ui/dags/{dag_id}/rights", { params: { path: { dag_id: dagId } } })),
    staleTime: Infinity,
    enabled: me.varies,
  });
  if (!me.varies) return me;
  return { ...me, may: (kind, action) => (rights ? rights[kind][action] : action === "read" && me.may(kind, action)) };
}
