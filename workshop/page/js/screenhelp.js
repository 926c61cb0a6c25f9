// What each screen is for and what somebody does there, in words: for the help that opens over it.
const text = (nl, en) => ({ nl, en });

const HELP = {
  start: [
    text("Hier begint u. Geef uw tafel een naam en ga zitten. U kunt ook verder gaan aan een tafel die er al is.", "Here you begin. Give your table a name and sit down. You can also go on at a table that is there already."),
    text("Zit u aan een tafel? Dan opent u hier een pakket, en vindt u uw bladwijzers, de geschiedenis en het verslag.", "Do you sit at a table? Then you open a package here, and find your bookmarks, the history and the minutes."),
  ],
  zonder: [
    text("Dit scherm laat zien wat er gebeurt zonder nieuwe kaarten.", "This screen shows what happens without new cards."),
    text("In de tabel staat elk getal van het model naast een openbaar cijfer. Zo ziet u waar het model afwijkt.", "In the table each number of the model stands beside a public figure. So you see where the model differs."),
  ],
  "wat-al": [
    text("Draai de kaarten om die u nu al uitvoert, en kies hoeveel u doet. Ze worden blauw.", "Turn over the cards that you carry out already, and choose how much you do. They become blue."),
    text("Daarna telt alleen wat u er nieuw bij legt.", "After that only what you add counts."),
  ],
  kaarten: [
    text("Elke kaart is een maatregel. Draai een kaart om: daar staat voor wie hij is, wat hij kost, wie betaalt en waar het bewijs vandaan komt.", "Each card is a measure. Turn a card over: there it says for whom it is, what it costs, who pays and what the evidence is."),
    text("Kies klein, gewoon of groot om de kaart in uw pakket te leggen. Kies ‘niet in het pakket’ om hem weg te halen.", "Choose small, usual or large to lay the card in your package. Choose ‘not in the package’ to take it away."),
    text("Vult u een budget in, dan ziet u of het pakket erin past.", "If you fill in a budget, you see whether the package fits it."),
  ],
  raad: [
    text("Zet eerst uw eigen stip: hoeveel senioren verhuizen er extra door uw kaarten? Er is geen goed of fout.", "Place your own dot first: how many seniors move extra because of your cards? There is no right or wrong."),
    text("Druk daarna op de knop. Dan speelt de simulatie de plaats na.", "Then press the button. Then the simulation runs the place."),
  ],
  uitkomst: [
    text("De lijn telt de extra verhuizingen van senioren op, maand voor maand. De simulatie speelt de plaats een paar keer na.", "The line adds up the extra moves of seniors, month by month. The simulation runs the place a few times."),
    text("De dikke balk is de marge voor toeval. De dunne balk telt ook mee wat we niet weten. Hoe langer de balk, hoe minder zeker.", "The thick bar is the margin for chance. The thin bar also counts what we do not know. The longer the bar, the less sure."),
    text("Daaronder staat wat het kost, wie wint en wie niet, en alle getallen.", "Below stands what it costs, who gains and who does not, and all numbers."),
  ],
  keten: [
    text("Iemand verhuist, en er komt een huis vrij. Daar gaat een ander wonen, en zo verder. Dat heet een keten.", "Somebody moves, and a home comes free. Another moves in there, and so on. That is called a chain."),
    text("U volgt één keten uit de simulatie, huis voor huis. Met de pijltjes kiest u een andere.", "You follow one chain of the simulation, home by home. With the arrow keys you choose another."),
  ],
  senior: [
    text("U ziet één nagebootste senior twee keer: met alle kaarten, en zonder. Op de tijdlijn staan boven de stippen met, en eronder de stippen zonder.", "You see one imitated senior twice: with all cards, and without. On the time line the dots above are with, and those below without."),
    text("De streep laat zien waar de wegen uit elkaar gaan. In de tabel staat hetzelfde in woorden.", "The dashed line shows where the ways part. The table says the same in words."),
  ],
  naast: [
    text("Hier vergelijkt u twee tot vier pakketten. Met de knop zet u het vorige pakket naast dat van nu.", "Here you compare two to four packages. The button puts the previous package beside the present one."),
    text("Bovenaan staat hoeveel de pakketten van elkaar verschillen, en of dat groter is dan toeval.", "At the top it says how much the packages differ, and whether that is larger than chance."),
    text("De balken daaronder vergelijken elk pakket met niets erbij.", "The bars below compare each package with nothing extra."),
  ],
  wie: [
    text("Schrijf op welke organisatie wat doet, en wie de senior belt. Wat u typt, wordt vanzelf bewaard.", "Write down which organisation does what, and who calls the senior. What you type is kept by itself."),
  ],
  afspraken: [
    text("Schrijf op wat u afspreekt, wie het doet en wanneer. Onderaan staat wat u na een paar jaar zou moeten zien.", "Write down what you agree, who does it and when. At the bottom stands what you should see after some years."),
    text("Met de knop slaat u het verslag op.", "With the button you save the minutes."),
  ],
  zaal: [text("Dit scherm is voor de hele zaal. Elke tafel is één teken. Hoe hoger het teken, hoe meer extra verhuizingen. Een open teken kan toeval zijn.", "This screen is for the whole hall. Each table is one sign. The higher the sign, the more extra moves. An open sign may be chance.")],
  aannames: [text("Hier verandert u wat wij niet zeker weten van mensen. De simulatie rekent het pakket dan opnieuw door, met uw aannames.", "Here you change what we do not know of people for sure. The simulation then counts the package through again, under your assumptions.")],
  papier: [text("Deze bladzijde is om af te drukken.", "This page is to be printed.")],
};

export const helpOf = (screen) => HELP[screen] ?? HELP.papier;
