"""French."""

from typing import Final

from services.intake.narrative.rules.signs import Sign

WORDS: Final = {
    Sign.ILLNESS: """
        métastase métastases métastatique
        autism* autist*
        cancer_du cancer_de cancer_des un_cancer
        diabète diabétique hypertension hypertendu* épilepsie épileptique asthme asthmatique démence schizophrén*
        dépression leucémie lymphome mélanome carcinome tumeur* hépatite arthrose arthrite ostéoporose
        psoriasis eczéma lupus fibromyalgie endométriose cirrhose anémie pneumonie tuberculose migraine migraines
        neuropathie glaucome arythmie infarctus sclérose rhumatisme* hypothyroïd* hyperthyroïd* thyroïd* obésité
        enceinte grossesse cancéreux cancéreuse insuffisance_cardiaque insuffisance_rénale crise_cardiaque
        hernie_discale anorexie alcoolique alcoolisme toxicoman* psychose bipolaire incontinence bpco vih
        maladie_de alzheimer_avancé
    """,
    Sign.SYMPTOM: """
        tremblement* tremble convulsion* vertige* étourdissement* nausée* vomissement* fatigue fatiguée épuisé*
        insomnie* palpitations gonflement gonflé* engourdissement* faiblesse essoufflé* essoufflement toux_chronique
        démangeaison* éruption fièvre saignement* diarrhée* brûlures_d anxiété anxieux anxieuse déprimé* suicidaire
        confus* oublie mémoire paralysé* paralysie handicap* fauteuil_roulant diagnostiqué* diagnostic souffre
        souffrait souffrant atteint atteinte symptôme* rechute rémission chimio* radiothérapie dialyse greffe greffé*
        amputé* opéré* chirurgie hospitalisé* biopsie médicament* prescrit* allergi* fumeur fumeuse infection
        chronique* malade maladie maladies douleurs douloureux mal_au mal_aux mal_à
    """,
    Sign.NAMESAKE: """
        cancer douleur toux rhume grippe goutte parkinson alzheimer crohn boiteux sourd aveugle coeur main tête dos
        sang os avc
    """,
    Sign.CARE: """
        hôpital clinique médecin infirmière neurologue cardiologue patient patiente traitement traitée thérapie
        comprimé* cachet cachets gélule* dose quotidien* injection* piqûre* opération stade rein reins
        foie genou genoux hanche cerveau estomac poitrine épaule sein seins poumon* muscle* nerf* peau colonne vessie
        intestin prostate jambe jambes articulation* tension cholestérol glycémie santé crise crises
    """,
    Sign.TELLING: """
        prend prenait avait fait_des vit_avec ressent reçoit suit subi développé souffrir besoin plaint
    """,
    Sign.LINK: """
        a depuis avec pour elle il est était sont été son sa ses et_a ne pas plus après avant car parce qui que dans
        sous sur par chaque fois ans mois semaines un une des aussi très mais quand toujours encore souvent parfois
        jour matin soir svp actuellement au aux contre sans on à
    """,
    Sign.ABBREVIATION: "irm sep sla ecg tdah",
}
