"""German."""

from typing import Final

from services.intake.narrative.rules.signs import Sign

WORDS: Final = {
    Sign.ILLNESS: """
        metastase metastasen metastasiert*
        autism* autist*
        ist_schwanger
        hat_krebs hatte_krebs an_krebs
        diabetes diabetiker diabetikerin bluthochdruck hypertonie epilepsie epileptiker* asthma demenz dement
        schizophren* depression depressionen leukämie lymphom melanom karzinom tumor* hirntumor hepatitis
        arthrose arthritis rheuma osteoporose schuppenflechte psoriasis neurodermitis lupus fibromyalgie endometriose
        leberzirrhose anämie blutarmut lungenentzündung tuberkulose migräne neuropathie polyneuropathie glaukom
        vorhofflimmern herzinfarkt herzinsuffizienz herzschwäche herzrhythmusstörung* schlaganfall* sklerose
        brustkrebs lungenkrebs darmkrebs hautkrebs prostatakrebs krebserkrankung krebskrank* parkinsonkrank*
        schilddrüsen* übergewicht* adipositas schwangerschaft fehlgeburt bandscheibenvorfall nierenversagen
        niereninsuffizienz zuckerkrank* borreliose multiple_sklerose hoher_blutdruck magersucht bulimie
        alkoholiker* alkoholsucht suchtkrank* psychose inkontinen* heuschnupfen blasenschwäche
    """,
    Sign.SYMPTOM: """
        blutdruck blutzucker cholesterin
        tremor zittern zittert krampfanfall* krampfanfälle schwindel schwindelig schwindlig übelkeit erbrechen
        kopfschmerz* rückenschmerz* brustschmerz* gelenkschmerz* knieschmerz* bauchschmerz* schmerzen müdigkeit
        erschöpft erschöpfung schlaflos* schlafstörung* herzrasen schwellung geschwollen taubheit kribbeln lähmung
        gelähmt atemnot kurzatmig ausschlag juckreiz fiebert blutung* durchfall verstopfung sodbrennen angststörung*
        panikattack* depressiv vergesslich gedächtnis* gewichtsverlust behindert* behinderung rollstuhl diagnose
        diagnostiziert leidet litt erkrankt* erkrankung* krankheit* krank symptome beschwerden rückfall chemo*
        bestrahlung dialyse transplant* amputiert operiert chirurg* medikament* verschrieben allergi* raucher*
        infektion chronisch* unwohl gestürzt sturz verwirrt
    """,
    Sign.NAMESAKE: """
        schwanger
        krebs schmerz fieber husten gicht blind taub lahm herz kopf bauch rücken hand fuß bein knochen lunge
        parkinson alzheimer crohn basedow schnupfen grippe stumm niere galle blut wunde narbe zucker
    """,
    Sign.CARE: """
        krankenhaus klinik arzt ärztin hausarzt neurolog* kardiolog* onkolog* patient patientin behandlung behandelt
        therapie tabletten tablette pillen dosis täglich zweimal spritze spritzen operation stadium
        leber nieren knie hüfte gehirn magen brust schulter muskel* nerven haut wirbelsäule blase darm prostata
        gelenk* inhalator herzschrittmacher pflegegrad pflegestufe befund
        gesundheit* anfall anfälle
    """,
    Sign.TELLING: """
        hat hatte nimmt bekommt bekam braucht kann_nicht musste wurde spritzt klagt fühlt erhält benötigt trägt geht
    """,
    Sign.LINK: """
        seit mit wegen ist war sind sie er ihr ihre sein seine nicht mehr nach vor weil dass dem das ein eine einen
        einer keine kein auch sehr aber wenn als jahren jahr monaten wochen immer noch schon nur bitte leider jetzt
        kann will wird würde muss durch für gegen beim im am_morgen kaum oft manchmal ohne unter
    """,
    Sign.ABBREVIATION: "rr bz khk mrt ekg eeg tia adhs pavk hws lws crp ggt",
}
