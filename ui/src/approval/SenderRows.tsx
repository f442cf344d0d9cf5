import { timeOfDay } from "../format/time";
import type { SenderFacts } from "../rpc/protocol";
import { t } from "../text/text";

/** Who writes. Name and words are the sender's own: each stands alone and cannot turn the line around. */
export function SenderRows({ sender }: { sender: SenderFacts }) {
  return (
    <>
      <dt>{t("ask.sender.who")}</dt>
      <dd className="font-mono text-code break-all">
        <bdi>{`${sender.channel}:${sender.sender_id}`}</bdi>
      </dd>
      {sender.name && (
        <>
          <dt>{t("ask.sender.name")}</dt>
          <dd>
            <bdi>“{sender.name}”</bdi> <span className="text-text-2">{t("ask.sender.nameNote")}</span>
          </dd>
        </>
      )}
      <dt>{t("ask.sender.seen")}</dt>
      <dd>{t("ask.sender.seenValue", { time: timeOfDay(sender.first_seen), n: sender.n_seen })}</dd>
      <dt>{t("ask.sender.account")}</dt>
      <dd>{t("ask.sender.accountValue", { account: sender.account_id, channel: sender.channel })}</dd>
    </>
  );
}
