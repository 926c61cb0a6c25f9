// Words of the toolkit that are no results: the rungs of the ladder, the three talking sheets, the steps of the script.

export const RUNGS = [
  { key: "informeren", nl: "Informeren", en: "Informing", example: { nl: "Senioren horen over een nieuwe regeling.", en: "Seniors hear about a new rule." } },
  { key: "raadplegen", nl: "Raadplegen", en: "Consulting", example: {
    nl: "De huurdersorganisatie geeft haar mening over het doorstroombeleid.", en: "The tenants’ organisation gives its opinion on the policy." } },
  { key: "adviseren", nl: "Adviseren", en: "Advising", example: {
    nl: "De ouderenbond adviseert over het beleid Langer Thuis.", en: "The union of the elderly advises on Langer Thuis." } },
  { key: "meedoen", nl: "Meedoen", en: "Taking part", example: {
    nl: "Senioren voeren zelf gesprekken met andere senioren.", en: "Seniors themselves talk with other seniors." } },
  { key: "meebeslissen", nl: "Meebeslissen", en: "Deciding together", example: {
    nl: "Vul zelf in: de toolkit geeft hier geen voorbeeld.", en: "Fill in yourselves: the toolkit gives no example here." } },
];

export const PLATES = [
  {
    key: "toekomst", nl: "Hoe ziet u uw toekomst?", en: "How do you see your future?",
    lead: {
      nl: "Begin niet meteen over de woning. Waar is iemand positief over? Waar wordt iemand somber van?",
      en: "Do not start with the home. What is somebody positive about? What makes somebody gloomy?",
    },
    topics: [
      ["Mentale gezondheid", "Mental health"], ["Daginvulling", "How the day is spent"], ["Wonen", "Living"], ["Ontmoeten", "Meeting others"],
      ["Mobiliteit", "Getting about"], ["Financiën", "Money"], ["Lichamelijke gezondheid", "Physical health"],
      ["Maatschappelijke participatie", "Taking part in society"],
    ],
  },
  {
    key: "wonen", nl: "Hoe wilt u wonen in de (nabije) toekomst?", en: "How do you want to live in the (near) future?",
    lead: { nl: "Wat is belangrijk bij een volgende woning? Er zijn vast meer wensen dan hier staan.", en: "What matters in a next home? There are surely more wishes than these." },
    topics: [
      ["Heb ik behoefte aan een tuin of balkon? Vind ik het leuk om de tuin met anderen te delen?", "Do I need a garden or balcony? Would I like to share a garden?"],
      ["In wat voor omgeving wil ik wonen?", "In what surroundings do I want to live?"],
      ["Is een ontmoetingsruimte in het gebouw of vlakbij fijn?", "Would a meeting room in or near the building be nice?"],
      ["Wil ik een gelijkvloerse woning?", "Do I want a home on one floor?"],
      ["Wil ik in deze wijk of buurt blijven wonen? Of op een andere plek?", "Do I want to stay in this neighbourhood? Or elsewhere?"],
      ["Wat vind ik nog meer belangrijk voor de toekomst?", "What else matters to me for the future?"],
    ],
  },
  {
    key: "nodig", nl: "Als u wilt verhuizen, wat heeft u dan nodig?", en: "If you want to move, what do you need?",
    lead: {
      nl: "Loop de stappen door. Wat kan iemand zelf, en waar is hulp nodig? Schrijf op wie wat doet.",
      en: "Go through the steps. What can somebody do alone, and where is help needed? Write down who does what.",
    },
    topics: [
      ["Huidige woning: hulp bij voorbereiden woning op verhuizing?", "Current home: help to make it ready for a move?"],
      ["Woonwens: hulp bij formuleren hoe u wilt wonen?", "Wish: help to say how you want to live?"],
      ["Woningzoeken: hulp bij zoeken informatie en keuzes maken?", "Searching: help to find information and to choose?"],
      ["Verhuizen: hulp bij verhuizing regelen, inpakken?", "Moving: help to arrange it and to pack?"],
      ["Nieuw thuis: hulp bij het inrichten van de nieuwe woning?", "New home: help to furnish it?"],
    ],
  },
];

// minutes, screen, what is done
export const SCRIPT = [
  [10, "zonder", { nl: "Zonder ons: wat gebeurt er als u niets doet?", en: "Without us: what happens if you do nothing?" }],
  [10, "wat-al", { nl: "Wat doet u al? Leg de kaarten neer.", en: "What do you do already? Lay the cards." }],
  [15, "raad", { nl: "Eén kaart per tafel: raad eerst, kijk dan.", en: "One card a table: guess first, then look." }],
  [25, "kaarten", { nl: "Maak een pakket binnen het budget.", en: "Make a package within the budget." }],
  [10, "naast", { nl: "Zet de pakketten naast elkaar.", en: "Put the packages side by side." }],
  [10, "senior", { nl: "Eén senior: één van u speelt de coach.", en: "One senior: one of you plays the coach." }],
  [10, "afspraken", { nl: "Afspraken: wie doet wat, en wanneer?", en: "Agreements: who does what, and when?" }],
];
