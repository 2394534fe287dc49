/**
 * Subtype of main type 20, name, and the words of its codes as `words` reads them. KNX 03.07.02 Datapoint Types §3.20, §4.3,
 * §6.3, §7.1, §8.1; 20.102 and 20.105 as `datapoint-types.md` §10.3, §10.5.
 */
type Row = readonly [sub: string, name: string, words: string];

// biome-ignore format: one type a line
const COMMON: readonly Row[] = [
  ["001", "SCLO mode", "autonomous | slave | master"],
  ["002", "building mode", "in use | not used | protection"],
  ["003", "occupancy mode", "occupied | standby | not occupied"],
  ["004", "priority", "high | medium | low | void"],
  ["005", "light application mode", "normal | presence simulation | night round"],
  ["006", "application area", "no fault | system | 10=HVAC general | HVAC hot water heating | HVAC electrical heating | HVAC terminal units | HVAC VAC | 20=lighting | 30=security | 40=load management | 50=shutters and blinds"],
  ["007", "alarm class", "1=simple | basic | extended"],
  ["008", "PSU mode", "disabled | enabled | auto"],
  ["011", "error class of the system", "no fault | general device fault | communication fault | configuration fault | hardware fault | software fault | insufficient non volatile memory | insufficient volatile memory | memory allocation of size 0 | CRC error | watchdog reset | invalid opcode | general protection fault | table length exceeded | undefined load command | group address table not sorted | invalid TSAP | invalid ASAP | group object too large"],
  ["012", "error class HVAC", "no fault | sensor fault | process fault | actuator fault | other fault"],
  ["013", "time delay", "not active | 1 s | 2 s | 3 s | 5 s | 10 s | 15 s | 20 s | 30 s | 45 s | 1 min | 1.25 min | 1.5 min | 2 min | 2.5 min | 3 min | 5 min | 15 min | 20 min | 30 min | 1 h | 2 h | 3 h | 5 h | 12 h | 24 h"],
  ["014", "wind force (Beaufort)", "calm | light air | light breeze | gentle breeze | moderate breeze | fresh breeze | strong breeze | near gale | fresh gale | strong gale | whole gale | violent storm | hurricane"],
  ["017", "sensor selection", "inactive | digital | digital inverted | analog | temperature"],
  ["020", "actuator connection", "1=sensor | controller"],
  ["021", "cloud cover", "cloudless | sunny | sunshiny | lightly cloudy | scattered clouds | cloudy | very cloudy | slightly overcast | overcast | not recognizable"],
  ["022", "power return mode", "do not send | send always | send on change"],
];

// biome-ignore format: one type a line
const HVAC: readonly Row[] = [
  ["100", "fuel type", "auto | oil | gas | solid"],
  ["101", "burner type", "1=1 stage | 2 stages | modulating"],
  ["102", "HVAC mode", "auto | comfort | standby | economy | protection~building protection"],
  ["103", "hot water mode", "auto | legio protect | normal | reduced | off~frost protection"],
  ["104", "load priority", "none | shift | absolute"],
  ["105", "HVAC control mode", "auto | heat | warm-up~morning warmup | cool | night purge | precool | off | test | emergency heat | fan only | free cool | ice | max heating | economic | dehumidification | calibration | emergency cool | emergency steam | 20=no demand"],
  ["106", "HVAC emergency mode", "normal | pressure | depressure | purge | shutdown | fire"],
  ["107", "changeover mode", "auto | cooling only | heating only"],
  ["108", "valve mode", "1=heat stage A | heat stage B | cool stage A | cool stage B | heat/cool"],
  // 3 and 4 are both called extract air; 4 has its number to be told apart.
  ["109", "damper mode", "1=fresh air | supply air | extract air | extract air 4"],
  ["110", "heater mode", "1=stage A on/off | stage A proportional | stage B proportional"],
  ["111", "fan mode", "not running | permanently | in intervals"],
  ["112", "master/slave mode", "autonomous | master | slave"],
  ["113", "status of the room setpoint", "normal | alternative | building protection"],
  ["114", "metering device", "other | oil | electricity | gas | heat | steam | warm water | water | heat cost allocator | 10=cooling load outlet | cooling load inlet | heat inlet | heat and cool | 32=breaker | valve | 40=waste water | garbage | 255=void"],
  ["115", "humidification mode", "inactive | humidification | dehumidification"],
  ["116", "enabled heating/cooling stages", "disabled | stage A | stage B | both stages"],
  ["120", "ADA type", "1=air damper | VAV"],
  ["121", "backup mode", "backup value | keep last state"],
  ["122", "start synchronization", "unchanged | single close | single open"],
];

// biome-ignore format: one type a line
const LIGHTING: readonly Row[] = [
  ["600", "behaviour at lock and unlock", "off | on | no change | parameter | memory | updated | before locking"],
  ["601", "behaviour at bus power up and down", "off | on | no change | parameter | last"],
  ["602", "DALI fade time", "no fade | 0.7 s | 1.0 s | 1.4 s | 2.0 s | 2.8 s | 4.0 s | 5.7 s | 8.0 s | 11.3 s | 16.0 s | 22.6 s | 32.0 s | 45.3 s | 64.0 s | 90.5 s"],
  ["603", "blinking mode", "disabled | without acknowledge | with acknowledge"],
  ["604", "light control mode", "automatic | manual"],
  ["605", "switch push button model", "1=one button | two buttons"],
  ["606", "push button action", "inactive | off | on | inverse"],
  ["607", "dimming push button model", "1=one button inverts | one button up | one button down | two buttons"],
  ["608", "switch on mode", "last actual | parameter | last received"],
  ["609", "load type", "automatic | leading edge | trailing edge | switch only | automatic once | CFL leading | CFL trailing | LED leading | LED trailing"],
  ["610", "detected load type", "undefined | leading edge | trailing edge | error | calibration pending | CFL leading | CFL trailing | LED leading | LED trailing"],
  ["611", "converter test control", "no effect | start function test | start duration test | start partial duration test | stop test | reset function test done | reset duration test done"],
  ["612", "converter control", "restore factory settings | rest mode | inhibit mode | re-light | reset lamp time"],
];

// biome-ignore format: one type a line
const SHUTTERS: readonly Row[] = [
  ["801", "exceptional behaviour of sunblinds", "up | down | no change | parameter | stop"],
  ["802", "behaviour of sunblinds at lock and unlock", "up | down | no change | parameter | stop | updated | before locking"],
  ["803", "sunblind push button model", "1=one button inverts | one button up | one button down | two buttons"],
  ["804", "blinds control mode", "automatic | manual"],
];

// biome-ignore format: one type a line
const SYSTEM: readonly Row[] = [
  ["1000", "communication mode", "link layer | busmonitor | raw frames | network layer | transport layer group | transport layer connection | cEMI transport layer | 255=no layer"],
  ["1001", "additional information", "1=PL domain address | RF control | busmonitor error flags | relative timestamp | time delay | extended relative timestamp | BiBat | 255=escape"],
  ["1002", "RF mode", "asynchronous | BiBat master | BiBat slave"],
  ["1003", "RF filter", "none | domain address | serial number | domain address and serial number"],
];

/** Their codes have no words in public. */
const METERING: readonly Row[] = [
  ["1219", "metering enumeration 1219", ""],
  ["1220", "metering enumeration 1220", ""],
  ["1221", "metering enumeration 1221", ""],
];

export const ENUMERATIONS: readonly Row[] = [
  ...COMMON,
  ...HVAC,
  ...LIGHTING,
  ...SHUTTERS,
  ...SYSTEM,
  ...METERING,
];
