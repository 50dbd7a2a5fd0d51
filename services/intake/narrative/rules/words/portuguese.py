"""Portuguese."""

from typing import Final

from services.intake.narrative.rules.signs import Sign

WORDS: Final = {
    Sign.ILLNESS: """
        metástase metástases
        autism* autist*
        diabetes diabétic* hipertensão hipertens* epilepsia epilétic* epiléptic* asmátic* demência esquizofren*
        depressão leucemia linfoma melanoma carcinoma tumor tumores hepatite artrose artrite osteoporose
        psoríase eczema lúpus fibromialgia endometriose cirrose anemia pneumonia tuberculose enxaqueca* neuropatia
        glaucoma arritmia enfarte infarto esclerose hipotiroid* hipertiroid* tireoide tiroide obesidade grávida
        gravidez insuficiência pressão_alta tensão_alta anorexia alcoólatra alcoolismo psicose bipolar
        incontinência dpoc hiv reumatismo câncer_de cancro_da cancro_do doença_de
    """,
    Sign.SYMPTOM: """
        tremor tremores treme convuls* tontura* tonta náusea* enjoo* vómito* vômito* fadiga cansaço cansada cansado
        exaust* insónia insônia palpitações inchaço inchad* dormência formigueiro fraqueza desmai* coceira comichão
        erupção febre sangramento diarreia prisão_de azia ansiedade ansios* deprimid* suicida confus* esquece memória
        paralisad* paralisia deficiência deficiente cadeira_de diagnosticad* diagnóstico sofre sofria padece sintoma*
        recaída remissão quimio* radioterapia diálise transplant* amputad* operad* cirurgia internad* biópsia
        medicamento* medicação receitad* alérgic* alergia* fumador* fumante infeção infecção crónic* crônic* doente
        doença doenças dor_de dor_no dor_na dores_de dores_nas dores_no dói quedas
    """,
    Sign.NAMESAKE: """
        asma
        câncer cancro dor dores tosse gripe gota parkinson alzheimer crohn saúde cura cego surdo manco mão cabeça
        sangue ossos coração avc remédios
    """,
    Sign.CARE: """
        hospital clínica médico médica enfermeira neurologista cardiologista paciente tratamento tratad* terapia
        comprimido* pílula* dose diári* injeção injeções operação estágio estádio rim rins fígado
        joelho* anca quadril cérebro estômago peito ombro mama pulmão pulmões músculo* nervo* pele coluna bexiga
        intestino próstata perna pernas articulaç* pressão tensão colesterol glicemia glicose crise crises costas
        por_dia remédio
    """,
    Sign.TELLING: "tem tinha toma tomava precisa recebe apresenta sente usa teve faz vive_com",
    Sign.LINK: """
        há desde com por ela ele é era foi está estava seu sua se não mais depois antes porque que em para cada vezes
        anos ano meses semanas um uma também muito mas quando sempre ainda dia noite já sem no na nos nas ao à
        durante só
    """,
    Sign.ABBREVIATION: "ela ecg rmn tdah tac hta",
}
