import { NOTHING } from "../../../impulse.ts";
import type { BridgeState } from "../state.ts";
import { publishBridgeEvent } from "../telegrams/publish.ts";
import { forEach, type Turn } from "../turn.ts";
import type { Configuration, News } from "./state.ts";

/** What happened to the configuration, as soon as somebody is there to take it. */
export const tellNews = (state: BridgeState, at: number): Turn => {
  const { news } = state.features.configuration;
  return news.length === 0 || !state.broker.connected
    ? [state, NOTHING]
    : forEach(withConfiguration(state, { news: [] }), news, (each, event) =>
        publishBridgeEvent(each, at, event),
      );
};

/** The oldest are of no use to anybody. */
export const withNews = (news: readonly News[], event: News): readonly News[] =>
  [...news, event].slice(-MOST);

export const withConfiguration = (
  state: BridgeState,
  configuration: Partial<Configuration>,
): BridgeState => ({
  ...state,
  features: {
    ...state.features,
    configuration: { ...state.features.configuration, ...configuration },
  },
});

const MOST = 10;
