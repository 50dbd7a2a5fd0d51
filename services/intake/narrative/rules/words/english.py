"""English."""

from typing import Final

from services.intake.narrative.rules.signs import Sign

WORDS: Final = {
    Sign.ILLNESS: """
        metastasis metastases metastatic metastasised metastasized
        has_cancer had_cancer his_cancer her_cancer with_cancer has_parkinson with_parkinson has_alzheimer
        diabetes diabetic hypertension hypertensive epilepsy epileptic asthma asthmatic parkinsons alzheimers dementia
        schizophreni* bipolar depression leukemia leukaemia lymphoma melanoma myeloma carcinoma sarcoma glioblastoma
         tumor tumors tumour tumours hepatitis arthritis osteoarthritis osteoporosis psoriasis eczema lupus
        fibromyalgia endometriosis cirrhosis anemia anaemia pneumonia tuberculosis migraine migraines neuropathy
        retinopathy glaucoma cardiomyopathy arrhythmia dystonia ataxia narcolepsy sclerosis crohns huntingtons
        hypothyroid* hyperthyroid* thyroid* obesity obese copd hiv adhd ptsd tbi aids_patient
        heart_attack heart_attacks heart_failure kidney_failure breast_cancer lung_cancer colon_cancer skin_cancer
        prostate_cancer ovarian_cancer bowel_cancer blood_pressure blood_sugar high_cholesterol panic_attacks
        multiple_sclerosis cystic_fibrosis sleep_apnea sleep_apnoea sickle_cell restless_legs long_covid
        mental_illness pregnant pregnancy miscarriage miscarriages autism autistic anorexia bulimia alcoholic
        alcoholism addiction psychosis psychotic dementia incontinence incontinent
    """,
    Sign.SYMPTOM: """
        cholesterol
        tremor tremors seizure seizures dizzy dizziness nausea vomiting headache headaches fatigue insomnia
        palpitations swelling numbness stiffness stiff weakness fainting fainted falls_a tired tiredness exhausted
        breathless breathlessness wheezing coughing itching rash fever fevers bleeding bruising cramps spasms
        diarrhea diarrhoea constipation heartburn anxiety anxious depressed suicidal confused confusion forgetful
        hallucinations memory_loss weight_loss hair_loss chest_pain back_pain joint_pain knee_pain leg_pain
        stomach_pain severe_pain chronic_pain pains painful aches sore soreness paralysed paralyzed paralysis
        disabled disability wheelchair diagnosed diagnosis suffers suffering suffered symptoms symptom relapse
        relapsed remission chemo chemotherapy radiotherapy dialysis transplant amputated amputation surgery
        hospitalised hospitalized biopsy medication medications prescribed allergic allergy allergies smoker smokes
        overdose infection infected chronic progressive walker_since unwell sick sickness illness disease disorder
    """,
    Sign.NAMESAKE: """
        cancer pain cough stroke strokes ill burns parkinson alzheimer crohn addison down graves flu gout colon
        hodgkin huntington lung heart hand head back blood bone bones limb shakes bleeds hurt hurts lame blind deaf
        cold fitt gore savage payne ache
    """,
    Sign.CARE: """
        hospital clinic doctor nurse surgeon patient treatment therapy therapist tablets tablet pills pill dose doses
        dosage daily twice injection injections insulin_pump operation scan scans ward stage kidney
        liver knee knees hip hips brain stomach chest shoulder breast lungs muscle muscles nerve nerves skin spine
        bladder bowel prostate ovary womb joint joints leg legs glucose inhaler catheter pacemaker
        grade attack attacks episodes health condition feeling feels neurologist cardiologist psychiatrist oncologist
    """,
    Sign.TELLING: """
        has had takes taking took gets struggles lives_with developed underwent stopped started cannot can't
        complains reports reported experiences experienced needs receives received treated undergoing
    """,
    Sign.LINK: """
        since with for her his she he was is are been and the not after before because which who from about also
        very but when than this that on at in to by every years year months weeks ago no recently now currently
        please only still often sometimes always never will would could due their they my i me wants
    """,
    Sign.ABBREVIATION: """
        als ms bp ckd tia afib ibs ibd gerd ra mci pd ad dm htn chf cad pcos ocd bpd dvt uti hba egfr psa ldl hdl tsh
        inr bmi mri ekg ecg ct mmse moca updrs pet eeg emg cbc wbc
    """,
}
