"""Italian."""

from typing import Final

from services.intake.narrative.rules.signs import Sign

WORDS: Final = {
    Sign.ILLNESS: """
        autism* autist*
        diabete diabetic* ipertensione ipertes* epilessia epilettic* asmatic* demenza schizofren* depressione
        leucemia linfoma melanoma carcinoma metastasi tumore tumori epatite artrosi artrite osteoporosi psoriasi
        eczema lupus fibromialgia endometriosi cirrosi anemia polmonite tubercolosi emicrania emicranie neuropatia
        glaucoma aritmia aritmie infarto sclerosi ipotiroid* ipertiroid* tiroide obesità incinta gravidanza
        insufficienza ernia_del pressione_alta anoressia alcolizzat* alcolismo psicosi bipolare incontinenza
        bpco hiv reumatismi cancro_al cancro_alla malattia_di
    """,
    Sign.SYMPTOM: """
        tremore tremori trema convulsioni vertigini capogiri nausea vomito stanchezza esaust* insonnia
        palpitazioni gonfiore gonfi* formicolio debolezza svenut* svenimenti affanno prurito eruzione febbre
        sanguinament* diarrea stitichezza bruciore ansia ansios* depress* suicid* confus* dimentica memoria
        paralizzat* paralisi disabile disabilità sedia_a diagnosticat* diagnosi soffre soffriva affett* sintom*
        ricaduta remissione chemio* radioterapia dialisi trapiant* amputat* operat* chirurgia ricoverat* biopsia
        farmac* prescritt* allergic* allergia allergie fumatore fumatrice infezione cronic* malat* dolori dolore_al
        mal_di cadute mangia_poco
    """,
    Sign.NAMESAKE: """
        stanca stanco
        asma
        cancro dolore tosse influenza gotta parkinson alzheimer crohn cieco sordo zoppo mano testa cuore sangue ossa
        ictus salute cura
    """,
    Sign.CARE: """
        ospedale clinica medico infermiera neurologo cardiologo paziente cura_per trattamento trattat* terapia
        pastigli* compress* pillol* dose giornalier* iniezion* operazione stadio rene reni fegato
        ginocchio ginocchia anca cervello stomaco petto spalla seno polmon* muscol* nervi pelle colonna vescica
        intestino prostata gamba gambe articolazion* pressione glicemia colesterolo schiena crisi al_giorno
    """,
    Sign.TELLING: "prende prendeva aveva assume assumeva ha_bisogno riceve presenta sente usa porta ebbe",
    Sign.LINK: """
        ha da_anni dal dalla con per lei lui è era sono stata stato suo sua non più dopo prima perché che nel nella
        ogni volte anni mesi settimane un una uno anche molto ma quando sempre ancora spesso giorno sera mattina il
        senza si ci ora al alla
    """,
    Sign.ABBREVIATION: "sla ecg rmn tac adhd",
}
