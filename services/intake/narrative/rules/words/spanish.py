"""Spanish."""

from typing import Final

from services.intake.narrative.rules.signs import Sign

WORDS: Final = {
    Sign.ILLNESS: """
        metástasis metastásico
        autism* autist*
        diabetes diabétic* hipertensión hipertens* epilepsia epiléptic* asmátic* demencia esquizofren* depresión
        leucemia linfoma melanoma carcinoma tumor tumores hepatitis artrosis artritis osteoporosis psoriasis
        eczema lupus fibromialgia endometriosis cirrosis anemia neumonía tuberculosis migraña* neuropatía glaucoma
        arritmia* infarto esclerosis hipotiroid* hipertiroid* tiroides obesidad embarazada embarazo insuficiencia
        cáncer_de hernia_discal derrame_cerebral presión_alta azúcar_alta anorexia alcohólic* alcoholismo
        psicosis bipolar incontinencia epoc vih reuma
    """,
    Sign.SYMPTOM: """
        temblor temblores tiembla convulsion* mareos mareo mareada mareado náuseas vómito* fatiga cansancio cansada
        cansado agotad* insomnio palpitaciones hinchazón hinchad* entumec* hormigueo debilidad desmay* picazón
        erupción fiebre sangrado* diarrea estreñimiento acidez ansiedad ansios* deprimid* suicida confus* olvida
        memoria paralizad* parálisis discapacidad discapacitad* silla_de diagnosticad* diagnóstico padece padecía
        sufre sufría síntoma* recaída remisión quimio* radioterapia diálisis trasplant* amputad* operad* cirugía
        hospitalizad* ingresad* biopsia medicamento* medicación recetad* alérgic* alergia* fumador* infección crónic*
        enferm* dolores_de dolor_de duele duelen le_duele mal_de caídas
    """,
    Sign.NAMESAKE: """
        asma
        cáncer dolor dolores tos gripe gota parkinson alzheimer crohn cura salud remedios ciego sordo cojo mano cabeza
        sangre huesos corazón ictus
    """,
    Sign.CARE: """
        hospital clínica médico médica doctora enfermera neurólog* cardiólog* paciente tratamiento tratad* terapia
        pastilla* comprimido* píldora* dosis diari* inyección inyecciones operación etapa estadio riñón
        riñones hígado rodilla* cadera cerebro estómago pecho hombro* mama pulmón pulmones músculo* nervio* piel
        columna vejiga intestino próstata pierna* articulacion* presión azúcar colesterol glucosa crisis ataques
        espalda
    """,
    Sign.TELLING: "tiene tenía toma tomaba necesita recibe presenta siente usa lleva sufrió tuvo",
    Sign.LINK: """
        ha desde con por ella él es era fue está estaba su sus se no más después antes porque que en para cada veces
        años año hace meses semanas un una unos también muy pero cuando siempre todavía mucho día días noche ya sin
        le lo_que hasta al_día vive
    """,
    Sign.ABBREVIATION: "ela ecg rmn tdah tac hta ave",
}
