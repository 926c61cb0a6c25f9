"""Each assumption of the study of what we do not know, in words: what of people or of the market it is about."""

from __future__ import annotations

from analysis.page.words import Text, readable

_LINES = """
rel_same_sex | hoeveel paren van gelijk geslacht er zijn | how many couples are of one sex
rel_one_parent_women | hoe vaak een alleenstaande ouder een moeder is | how often a single parent is a mother
rel_wheelchair | hoeveel mensen een rolstoel gebruiken | how many people use a wheelchair
rel_income_local | hoe de inkomens per wijk verschillen | how incomes differ by wijk
rel_streefhuur | hoeveel corporaties vragen van wat mag | how much corporaties ask of what they may
rel_above_aftopping | hoe vaak een corporatie meer vraagt dan de aftoppingsgrens | how often a corporatie asks more than the aftoppingsgrens
rel_streefhuur_2006 | wat corporaties vroegen van 2006 tot 2016 | what corporaties asked from 2006 to 2016
rel_streefhuur_1996 | wat corporaties vroegen van 1996 tot 2006 | what corporaties asked from 1996 to 2006
rel_streefhuur_before_1996 | wat corporaties vroegen voor 1996 | what corporaties asked before 1996
rel_rent_sd_corporatie | hoe de huren van corporaties uiteenlopen | how far rents of corporaties differ
rel_rent_sd_vrij | hoe de vrije huren uiteenlopen | how far free-sector rents differ
eur_rent_m2 | hoe hoog vrije huren zijn | how high free-sector rents are
rel_labelled | hoeveel seniorenwoningen alleen voor ouderen zijn | how many homes for seniors are for older people only
rel_geschikt_senior | hoeveel seniorenwoningen geen traptreden hebben | how many homes for seniors have no steps
rel_wealth_sd | hoe het vermogen uiteenloopt | how far wealth differs
rel_attachment_years | hoe mensen na lang wonen aan hun buurt hechten | how people grow attached by living somewhere long
dur_rooted_half | hoe snel mensen aan hun buurt hechten | how soon people grow attached to their neighbourhood
rel_rooted_neutral | wanneer lang wonen mensen gaat binden | when living somewhere long begins to bind
rel_attachment_sd | hoe verschillend mensen aan hun buurt hechten | how differently people are attached to their neighbourhood
rel_birth_first | hoeveel eerste kinderen er komen | how many first children are born
rel_birth_second | hoeveel tweede kinderen er komen | how many second children are born
rel_birth_third | hoeveel derde kinderen er komen | how many third children are born
rel_union | hoe vaak mensen gaan samenwonen | how often people move in together
rel_worse_limitation | hoe vaak iemand in een rolstoel komt | how often somebody comes to need a wheelchair
rel_children_leave_along | met wie kinderen meegaan na een scheiding | whom children go with after a separation
rel_arrivals_lost | hoeveel nieuwkomers zonder woning weer vertrekken | how many arrivals leave again without a home
dur_arrivals_ahead | hoeveel nieuwkomers al zoeken voor er een woning vrijkomt | how many arrivals already look before a home comes free
p_room_move | hoe vaak iemand van kamer naar kamer verhuist | how often people move from room to room
p_back_home | hoe vaak jongeren teruggaan naar hun ouders | how often young people go back to their parents
age_back_home | tot welke leeftijd jongeren teruggaan naar hun ouders | up to which age young people go back to their parents
age_own_household | vanaf welke leeftijd nieuwkomers een eigen woning zoeken | from which age arrivals look for a home of their own
dur_patience_low | hoe lang nieuwkomers minstens op een woning wachten | how long arrivals wait for a home at least
dur_patience_high | hoe lang nieuwkomers hooguit op een woning wachten | how long arrivals wait for a home at most
rel_weight_size | hoe zwaar de grootte van een woning telt | how heavily the size of a home counts
rel_weight_access | hoe zwaar trappen voor senioren tellen | how heavily stairs count for seniors
rel_weight_access_young | hoe zwaar trappen voor jongeren tellen | how heavily stairs count for the young
rel_weight_afford | hoe zwaar de woonlasten tellen | how heavily housing costs count
rel_weight_place | hoe zwaar de plek telt | how heavily the place counts
rel_weight_profile | hoe zwaar het soort woning telt | how heavily the kind of home counts
rel_loss_too_small | hoe erg een te kleine woning is | how bad a home that is too small is
rel_loss_no_spare | hoe erg een kamer te weinig is | how bad a lack of a spare room is
rel_loss_too_large | hoe erg een te grote woning is | how bad a home that is too large is
rel_access_loss_walking | hoe erg trappen zijn voor wie slecht loopt | how bad stairs are for who walks with difficulty
rel_access_loss_adaptable | hoe erg een aanpasbare trap is | how bad stairs are that can be adapted
rel_optimism | of mensen hun latere beperking onderschatten | whether people underrate their later limitation
rel_loss_aversion | hoe zwaar mensen verlies laten tellen | how heavily people count a loss
rel_housing_cost_norm | vanaf welk deel woonlasten knellen | from which share of income housing costs pinch
rel_housing_cost_span | hoe snel woonlasten te zwaar worden | how soon housing costs become too heavy
rel_mortgage_rate | hoe hoog de hypotheekrente is | how high the mortgage rate is
rel_owner_upkeep | wat het onderhoud van een koopwoning kost | what the upkeep of an owned home costs
rel_place_distance | hoe erg ver verhuizen is | how bad moving far away is
km_place_reach | hoe ver mensen willen verhuizen | how far people are willing to move
rel_place_leave_wijk | hoe erg de wijk verlaten is | how bad leaving the wijk is
rel_taste_sd | hoe de smaak van mensen uiteenloopt | how far tastes differ
rel_present_bias | of mensen vooral naar de eerste huur kijken | whether people look at the first year's rent above all
rel_second_profile | of mensen ook hun tweede woonwens willen | whether people also take their second choice
p_wish_senior | hoe vaak senioren een woonwens krijgen | how often seniors come to want another home
p_wish_other | hoe vaak anderen een woonwens krijgen | how often others come to want another home
logit_wish_gap | of slecht wonen een woonwens geeft | whether living unsuitably leads to a wish
logit_wish_attachment | of hechten aan de buurt een woonwens remt | whether attachment holds back a wish
logit_wish_koop | of eigenaren minder vaak willen verhuizen | whether owners want to move less often
logit_social_norm | of verhuisde buren aanstekelijk werken | whether neighbours who moved are an example
p_search_senior | of senioren met een woonwens gaan zoeken | whether seniors with a wish start to search
p_search_other | of anderen met een woonwens gaan zoeken | whether others with a wish start to search
logit_search_delay | of senioren het zoeken uitstellen | whether seniors put off their search
logit_choice_overload | of veel aanbod mensen afschrikt | whether a large choice puts people off
rel_forgotten | hoe snel mensen vergeten wat hun verteld is | how soon people forget what they were told
p_fade_senior | hoe snel een woonwens van senioren verdwijnt | how soon a senior's wish fades
p_fade_other | hoe snel een woonwens van anderen verdwijnt | how soon a wish of others fades
p_give_up_senior | hoe vaak senioren het zoeken opgeven | how often seniors give up their search
p_give_up_other | hoe vaak anderen het zoeken opgeven | how often others give up their search
rel_give_up_nood | of mensen in nood langer doorzoeken | whether people in need search for longer
p_nood_partner | of weduwen en weduwnaars gaan zoeken | whether the widowed start to search
p_event_children_left | of ouders gaan zoeken als kinderen weg zijn | whether parents start when the children have left
p_event_birth | of gezinnen gaan zoeken na een geboorte | whether families start to search after a birth
rel_discontent | of een woonwens de eigen woning minder leuk maakt | whether a wish makes the present home less liked
dur_look_elsewhere | hoe lang van tevoren mensen elders zoeken | how long beforehand people look elsewhere
dur_settle | hoe lang mensen na verhuizen rust willen | how long people want rest after a move
rel_attachment_mean | hoe sterk mensen aan hun buurt hechten | how strongly people are attached to their neighbourhood
p_look | hoe vaak zoekers naar het aanbod kijken | how often searchers look at what is on offer
p_look_starter | hoe vaak starters naar het aanbod kijken | how often starters look at what is on offer
p_sight | hoeveel van het aanbod zoekers zien | how much of the offer searchers see
n_overview | hoe groot een markt is die mensen overzien | how large a market people can oversee
rel_sight_nood | of mensen in nood meer aanbod zien | whether people in need see more of the offer
n_responses | op hoeveel vrije woningen zoekers reageren | to how many free-sector homes searchers respond
n_responses_social | op hoeveel corporatiewoningen zoekers reageren | to how many corporatie homes searchers respond
rel_without_home | hoe graag starters een eigen woning willen | how much starters want a home of their own
rel_trouble | hoe zwaar verhuizen valt | how hard moving is
rel_trouble_senior | hoe zwaar verhuizen voor senioren is | how hard moving is for seniors
rel_trouble_age | of verhuizen met de jaren zwaarder wordt | whether moving grows harder with age
rel_trouble_nood | of verhuizen in nood minder zwaar telt | whether trouble counts less in need
rel_trouble_double | hoe erg dubbele woonlasten zijn | how bad paying for two homes is
rel_trouble_koop | hoe zwaar het verkopen van een huis is | how hard selling a home is
eur_moving | wat verhuizen en inrichten kost | what moving and refitting costs
rel_eur_once | hoe zwaar eenmalige kosten tellen | how heavily one-off costs count
p_refusal | hoe vaak mensen een aanbod weigeren | how often people refuse an offer
p_urgent_starter | hoeveel starters urgentie krijgen | how many starters get urgency
rel_registered_long | hoeveel mensen met een woning ingeschreven staan | how many people with a home are registered
dur_registered | hoe lang een inschrijving voor de zekerheid duurt | how long a registration as insurance lasts
rel_alert | hoeveel ingeschrevenen soms reageren | how many of the registered react now and then
p_alert | hoe vaak zij naar het aanbod kijken | how often these look at what is on offer
dur_turnover_low | hoe snel een woning weer te huur komt | how soon a home is on offer again
dur_turnover_high | hoe laat een woning weer te huur komt | how late a home is on offer again
dur_move_low | hoe snel na het aanbod de sleutel volgt | how soon the keys follow
dur_move_high | hoe laat na het aanbod de sleutel volgt | how late the keys follow
dur_no_response | wanneer een woning zonder reacties goedkoper wordt | when a home without responses becomes cheaper
rel_price_step | hoeveel een woning zonder reacties zakt | how much the price of a home without responses falls
rel_asking | hoe hoog vraagprijzen zijn | how high asking prices are
rel_loan_income | hoeveel mensen kunnen lenen | how much people can borrow
rel_loan_income_aow | hoeveel mensen met AOW kunnen lenen | how much people with a state pension can borrow
rel_wealth_in_home | hoeveel spaargeld kopers inleggen | how much of their savings buyers put in
rel_buying_cost | wat kopen kost | what buying costs
rel_gross | hoe bruto en netto inkomen samenhangen | how gross and net income hang together
rel_gross_aow | hoe dat is voor mensen met AOW | how that is for people with a state pension
rel_income_rent | welk inkomen vrije verhuurders vragen | which income private landlords ask
rel_rise_felt | hoe zwaar een hogere huur valt | how heavily a higher rent is felt
rel_burden_max | vanaf wanneer huur te duur is | from when a rent is too high
rel_free_space | hoeveel woningen zonder inkomensgrens verhuurd worden | how many homes are let without an income limit
n_rooms_family | vanaf hoeveel kamers gezinnen voorgaan | from how many rooms families go first
rel_scope_wijk | hoeveel mensen alleen in hun wijk zoeken | how many people search in their own wijk only
rel_scope_around | hoeveel mensen ook in buurgemeenten zoeken | how many people also search around
rel_left_home_elsewhere | hoeveel nieuwkomers elders een woning achterlaten | how many arrivals leave a home behind elsewhere
rel_structural_vacancy | hoeveel woningen blijvend leeg staan | how many homes stand empty for good
rel_programme_koop | hoeveel koopwoningen er komen | how many owner-occupied homes are built
rel_programme_corporatie | hoeveel corporatiewoningen er komen | how many corporatie homes are built
rel_programme_meergezins | hoeveel flats er komen | how many flats are built
rel_programme_woz | hoe duur nieuwbouw is | how costly new build is
rel_price_new | hoeveel duurder nieuwe koopwoningen zijn | how much dearer new homes for sale are
dur_presale_koop | hoe lang vooraf nieuwbouw te koop is | how early new homes are for sale
dur_presale_huur | hoe lang vooraf nieuwbouw te huur is | how early new homes are to let
dur_wait | hoe lang mensen op nieuwbouw wachten | how long people wait for new build
dur_wait_nood | hoe lang mensen in nood op nieuwbouw wachten | how long people in nood wait for it
age_senior_home | vanaf welke leeftijd mensen in een seniorencomplex wonen | from which age people live in a complex for seniors
rel_first_senior_home | hoe streng een seniorencomplex op leeftijd kiest | how strictly a complex for seniors goes by age
age_claim | vanaf welke leeftijd mensen gelijkvloers wonen | from which age people live step-free
n_years_claim | hoe lang gelijkvloers wonen met leeftijd toeneemt | over how many years living step-free grows with age
rel_claim_person | of gezinnen minder vaak gelijkvloers wonen | whether families live step-free less often
rel_room_floor | hoe zwaar kamers tellen naast vierkante meters | how heavily rooms count beside floor area
rel_room_need | of wie ruimte nodig heeft groter woont | whether who needs room lives larger
rel_room_two | of paren groter wonen dan alleenstaanden | whether couples live larger than single people
rel_room_income | of mensen met meer inkomen groter wonen | whether people with more income live larger
eur_room_income_least | vanaf welk inkomen geld telt voor ruimte | from which income money counts for room
rel_room_age | of ouderen groter zijn gaan wonen | whether older people have come to live larger
age_room | vanaf welke leeftijd mensen groter gaan wonen | from which age people come to live larger
n_years_room | hoe lang mensen groter blijven gaan wonen | for how long people come to live larger
rel_debt_25 | hoe hoog hypotheken op 25 jaar zijn | how high mortgages are at 25
rel_debt_35 | hoe hoog hypotheken op 35 jaar zijn | how high mortgages are at 35
rel_debt_45 | hoe hoog hypotheken op 45 jaar zijn | how high mortgages are at 45
rel_debt_55 | hoe hoog hypotheken op 55 jaar zijn | how high mortgages are at 55
rel_debt_62 | hoe hoog hypotheken op 62 jaar zijn | how high mortgages are at 62
eur_woz_owned | hoeveel koopwoningen in het land waard zijn | what owned homes in the country are worth
rel_no_mortgage_45 | hoe vaak eigenaren rond 50 geen hypotheek hebben | how often owners around 50 have no mortgage
rel_no_mortgage_young | hoe vaak jonge eigenaren geen hypotheek hebben | how often young owners have no mortgage
rel_debt_sd | hoe ver hypotheken uiteenlopen | how far mortgages differ
rel_debt_shift | of de spreiding van hypotheken het gemiddelde verhoogt | whether the spread of mortgages raises their mean
rel_wealth_age | of vermogen met de jaren groeit | whether wealth grows with age
age_wealth_middle | op welke leeftijd het vermogen gemiddeld is | at which age wealth is in the middle
age_wealth_low | vanaf welke leeftijd mensen vermogen opbouwen | from which age people build up wealth
age_wealth_high | tot welke leeftijd mensen vermogen opbouwen | up to which age people build up wealth
rel_wealth_income | of vermogen met het inkomen groeit | whether wealth grows with income
km_around | welke gemeenten mensen als buurgemeenten zien | which gemeenten people take as those around
p_find_senior | hoe snel senioren bij het begin een woning vinden | how soon seniors find a home at the beginning
p_find_other | hoe snel anderen bij het begin een woning vinden | how soon others find a home at the beginning
rel_start_norm | hoeveel buren er bij het begin verhuisd zijn | how many neighbours have moved at the beginning
dur_start_offers | hoe snel leegstand bij het begin te huur komt | how soon empty homes come on offer at the beginning
age_registration | vanaf welke leeftijd mensen zich inschrijven | from which age people register
n_rooms_over_norm | hoeveel kamers boven de norm fijn zijn | how many rooms above the norm are welcome
rel_access_wheelchair | of een woning zonder trap voor rolstoelen volstaat | whether a home without steps will do for a wheelchair
n_years_foresight | hoe ver mensen vooruitkijken naar een beperking | how far people look ahead to a limitation
n_years_wish_level | vanaf welke leeftijd senioren minder wensen krijgen | from which age seniors come to wish less
dur_registration_arrival | hoe lang nieuwkomers al ingeschreven staan | for how long arrivals have been registered
dur_between_births | hoe snel een volgend kind kan komen | how soon a next child can come
age_leave_home | vanaf welke leeftijd kinderen uit huis gaan | from which age children leave home
dur_partner_gap | hoeveel ouder mannen dan hun partner zijn | how much older men are than their partner
dur_partner_mix | hoe verschillend partners in leeftijd zijn | how much partners differ in age
dur_partner_most | hoeveel partners in leeftijd mogen verschillen | how much partners may differ in age
dur_partner_search | hoe lang mensen naar een partner zoeken | how long people look for a partner
dur_arrivals_correction | hoe snel nieuwkomers een lege woning vullen | how soon arrivals fill an empty home
rel_death_at_home_least | of thuis wonende ouderen minder vaak overlijden | whether older people at home die less often
.rel_sample | hoeveel mensen de vragenlijst invullen | how many people answer the survey
.rel_misread | hoe vaak een antwoord verkeerd begrepen wordt | how often an answer is misread
.rel_steered | hoeveel nieuwbouw de vragenlijst volgt | how much new build follows the survey
.rel_fits | wanneer een woning bij een woonprofiel past | when a home fits a profile
.dur_lead | hoe lang plannen al vastliggen | how long plans are fixed
.dur_build | hoe lang bouwen duurt | how long building takes
.eur_home | wat een woning aan subsidie kost | what a home costs in subsidy
.rel_refused | hoeveel aanvragen worden afgewezen | how many applications are refused
.dur_permit | hoe lang een vergunning duurt | how long a permit takes
.rel_let | hoeveel gesplitste woningen verhuurd worden | how many split homes are let
.eur_split | wat splitsen kost | what splitting costs
.p_apply | hoeveel mensen het aanvragen | how many people apply
.rel_refused_landlord | hoe vaak de verhuurder nee zegt | how often the landlord says no
.eur_room | wat een kamer kost | what a room costs
.rel_income | welk deel van het inkomen een kamer mag kosten | which share of income a room may take
.rel_trial | hoe vaak samenwonen na de proef stopt | how often sharing ends with the trial
.eur_case | wat begeleiding kost | what guidance costs
.rel_child_near | hoeveel senioren een kind in de buurt hebben | how many seniors have a child nearby
.eur_rent | hoe hoog de huur wordt | how high the rent will be
.floor_area_plot | hoe groot een huis moet zijn om te splitsen | how large a home must be to be split
.dur_works | hoe lang de werkzaamheden duren | how long the works take
.rel_declared | hoeveel families het voornemen tekenen | how many families sign the declaration
.rel_reverse | hoeveel families van huis ruilen | how many families swap homes
.rel_known | hoeveel mensen de maatregel kennen en gebruiken | how many people know of the measure and use it
.rel_seen | of ruilers elkaars woning zien | whether those who swap see each other's homes
.p_no_consent | hoe vaak een verhuurder ruilen weigert | how often a landlord refuses a swap
.n_most | hoe groot een ruilkring mag zijn | how large a circle of swaps may be
.trouble | hoeveel verhuislast de maatregel wegneemt | how much trouble of moving the measure takes away
.dur_notice | hoe lang vooraf bewoners het horen | how long before tenants are told
.rel_return | hoeveel bewoners terugkomen | how many tenants come back
.rel_step_free | hoeveel woningen daarna zonder trap zijn | how many homes are step-free afterwards
.rel_rent | hoeveel de huur stijgt | how much the rent rises
.rel_rebuilt | hoeveel woningen voor elke gesloopte terugkomen | how many homes replace each that is pulled down
.rel_reached | hoeveel mensen de maatregel bereikt | how many people the measure reaches
.awareness | of mensen erdoor gaan willen verhuizen | whether it makes people want to move
.eur_contact | wat één contact kost | what one contact costs
.search | of mensen daarna echt gaan zoeken | whether people really start to search after it
.sight | hoeveel meer aanbod mensen erdoor zien | how much more of the offer people see by it
.eur_fte | wat één coach per jaar kost | what one coach costs a year
.rel_own_initiative | hoeveel mensen zelf om een gesprek vragen | how many people ask for a talk themselves
.eur_use | wat één keer gebruiken kost | what one use costs
.eur_inspection | wat een inspectie kost | what an inspection costs
.dur_overlap | hoeveel maanden dubbele huur vervallen | how many months of double rent are waived
.age_most | tot welke leeftijd de regel geldt | up to which age the rule holds
.rel_wish | hoeveel paren een kind willen | how many couples want a child
.age_eased | hoeveel jaar de leeftijdsgrens zakt | by how many years the age limit falls
.n_months | hoeveel maanden inschrijftijd erbij komt | how many months of registration are added
"""
WORDS = {key: Text(nl, en) for key, nl, en in (map(str.strip, line.split("|")) for line in _LINES.strip().splitlines())}


def assumption(key: str) -> Text:
    """An assumption as a clause that begins with *how* or *whether*: of a parameter by its name, of a setting by its last part."""
    found = WORDS.get("." + key.partition(".")[2] if "." in key else key)
    return found or Text(readable(key), readable(key))
