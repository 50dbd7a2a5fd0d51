"""Dutch."""

from typing import Final

from services.intake.narrative.rules.signs import Sign

WORDS: Final = {
    Sign.ILLNESS: """
        autism* autist*
        heeft_kanker had_kanker
        diabetes diabeet suikerziekte hypertensie epilepsie epilepti* astma astmatisch dementie dement schizofren*
        depressie leukemie lymfoom melanoom carcinoom uitzaaiing* tumor hersentumor hepatitis artrose artritis reuma
        reumatoïde osteoporose psoriasis eczeem lupus fibromyalgie endometriose cirrose bloedarmoede longontsteking
        tuberculose migraine neuropathie glaucoom boezemfibrilleren hartaanval hartinfarct hartfalen
        hartritmestoornis* beroerte herseninfarct sclerose borstkanker longkanker darmkanker huidkanker
        prostaatkanker schildklier* overgewicht obesitas zwanger zwangerschap miskraam nierfalen hoge_bloeddruk
         anorexia alcoholist* alcoholisme verslaafd verslaving psychose bipolair incontinent* hernia
    """,
    Sign.SYMPTOM: """
        bloeddruk bloedsuiker cholesterol
        tremor trilt trillen toeval toevallen duizelig duizeligheid misselijk* braken hoofdpijn rugpijn buikpijn
        gewrichtspijn kniepijn pijnlijk pijnklachten moeheid vermoeid* uitgeput slapeloos* hartkloppingen zwelling
        gezwollen gevoelloos tintelingen zwakte flauwgevallen kortademig* benauwd* jeuk uitslag koorts bloeding*
        diarree verstopping zuurbranden angststoornis angstig paniekaanval* depressief vergeet* vergeetachtig
        verward verlamd verlamming gehandicapt invalide rolstoel diagnose gediagnosticeerd lijdt leed_aan symptomen
        klachten terugval chemo* bestraling* dialyse transplant* geamputeerd geopereerd operatie_aan medicijn*
        medicatie voorgeschreven allergi* roker infectie chronisch* ziek ziekte ziektes aandoening last_van gevallen
    """,
    Sign.NAMESAKE: """
        kanker pijn hoest griep jicht parkinson alzheimer crohn blind doof mank hart hand hoofd rug bloed botten
        koud ziekenhuis_van
    """,
    Sign.CARE: """
        ziekenhuis kliniek arts huisarts verpleegkundige neuroloog cardioloog patiënt patiënte behandeling behandeld
        therapie tabletten tablet pillen pil dosis dagelijks tweemaal injectie* prik operatie stadium
        nier nieren lever knie knieën heup hersenen maag borst schouder longen spieren zenuwen huid wervelkolom
        blaas darm prostaat been benen gewrichten inhalator pacemaker gezondheid
        aanval aanvallen per_dag
    """,
    Sign.TELLING: "heeft had slikt neemt gebruikt kreeg krijgt kan_niet spuit voelt draagt moest werd nodig",
    Sign.LINK: """
        sinds met voor zij ze hij is was zijn haar niet meer na omdat dat het een geen ook zeer erg maar als jaar
        jaren maanden weken altijd nog al vaak soms alleen graag nu kan wil wordt door tegen bij keer zonder aan
    """,
    Sign.ABBREVIATION: "ms als mri ecg tia adhd",
}
