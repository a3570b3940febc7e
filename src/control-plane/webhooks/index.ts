import { publicAuthorities } from '../../network/authorities';
import type { QueueContext } from '../queue/context';
import { Deliverer, type DeliveryObserver } from './deliverer';
import { Destinations } from './destinations';

export { Deliverer, type DeliveryObserver } from './deliverer';
export { Destinations } from './destinations';

/** As they are among those of the control plane. */
interface WebhookOptions {
  readonly webhookNetworks?: readonly string[] | undefined;
}

interface Surroundings {
  readonly observer: DeliveryObserver;
  readonly address: { readonly publicUrl: string };
}

/** Where webhooks may be sent, and who sends, once it is started. */
export function openWebhooks(
  { webhookNetworks }: WebhookOptions,
  context: QueueContext,
  { observer, address }: Surroundings,
): { readonly destinations: Destinations; readonly deliverer: Deliverer } {
  const destinations = new Destinations(webhookNetworks);
  const ca = publicAuthorities();
  const publicUrl = () => address.publicUrl;
  return { destinations, deliverer: new Deliverer(context, { destinations, ca, publicUrl, observer }) };
}
