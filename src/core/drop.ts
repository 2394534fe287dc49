/**
 * Every reason for which octets, a frame, a PDU or a message goes no further. One closed union, `layer.what`.
 * "Malformed" and "legal, but not ours" are different reasons; each is a counter of the same name.
 */
export const DROP_REASONS = {
  // data link layer, receiving
  "dl.check-octet": "the check octet does not close the frame",
  "dl.truncated": "the line fell silent inside a frame",
  "dl.length": "the frame is shorter or longer than its length field says",
  "dl.frame-format": "extended frame format other than the standard one (LTE)",
  "dl.control": "the first octet is no control field of an L_Data frame",
  "dl.unexpected-octet": "an octet that is neither a service of this chip nor the start of a frame",
  "dl.garbage": "octets discarded while looking for the next frame",
  "dl.repeated": "repetition of a frame that was already received",
  "dl.own-address": "a frame with our own address as source that we did not send",
  "dl.poll": "L_Poll_Data: this device is no polling slave",
  "dl.unexpected-confirmation": "L_Data.con of the chip without a frame outstanding",
  // data link layer, sending
  "dl.offline": "nothing can be sent: the transceiver or the bus is away",
  "dl.busmonitor": "nothing is sent while the transceiver only listens",
  "dl.queue-full": "the send queue is full",
  "dl.too-long": "the frame is longer than the transceiver can send",
  // network and transport layer
  "nl.not-addressed": "point-to-point frame for another device",
  "tl.length": "TPDU with too few or too many octets for its kind",
  "tl.tpci": "TPCI that the standard does not define in this communication mode",
  "tl.tag-group": "T_Data_Tag_Group: no logical tag extended object here",
  "tlsm.no-connection": "connection-oriented TPDU outside a connection",
  "tlsm.unexpected": "TPDU of a connection that fits nothing outstanding in it",
  "tlsm.refused": "T_Connect while as many partners as allowed are connected",
  "tlsm.repeated": "data of a connection that was delivered already, acknowledged again",
  "tlsm.sequence": "data of a connection with a number that is neither next nor last",
  // application layer
  "al.length": "APDU with a length that its service does not have",
  "al.mode": "service that is not allowed in this communication mode",
  "al.unknown-service": "APCI that the standard does not define",
  "al.unsupported-service": "service that this device does not offer",
  "al.response": "answer to a question that this device did not ask",
  // applications
  "device.not-in-programming-mode": "service for devices in programming mode only",
  "device.other-serial": "service for the device with another serial number",
  "device.network-parameter": "network parameter, or condition, that this device does not answer",
  "objects.table-length": "loaded table that is shorter than its count says",
  "objects.table-order": "loaded group address table that is not in ascending order",
  "objects.size": "value with a size that the group object does not have",
  "objects.flags": "request of the application that the flags of the group object do not allow",
  "objects.no-association": "request for a group object without a group address",
  "objects.unknown": "request for a group object that does not exist",
  "objects.halted": "request for a group object while nothing that runs is loaded",
  "objects.flood": "more objects updated at once than the application is told of",
  "objects.queue-full": "too many group telegrams of objects wait",
  "device.property":
    "property that is not there, or may not be written like this, with nobody to tell",
  "device.memory": "write to memory that is not there, or may not be written now",
  "application.parameter":
    "loaded parameter outside its limits, or not loaded at all: its default holds",
  "application.value": "value that does not fit the datapoint type of its group object",
  "application.unknown":
    "action of the application with an object, timer or output it does not declare",
  "application.flood": "more actions at once than an application may have",
  "bridge.unknown-topic": "MQTT topic that is none of ours",
  "bridge.not-ours": "retained message on a topic of ours that we have not written like this",
  "bridge.no-member":
    "source of a link without the member that its pointer names, or with null there",
  "bridge.no-payload": "value for which a link has no payload: not decoded, or not in its map",
  "bridge.empty-payload": "empty payload: somebody cleared a retained topic",
} as const;

export type DropReason = keyof typeof DROP_REASONS;
