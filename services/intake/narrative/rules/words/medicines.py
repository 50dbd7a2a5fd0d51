"""Medicines: international names and brands by word, families of them by their ending (WHO's stems)."""

from typing import Final

from services.intake.narrative.rules.signs import Sign

WORDS: Final = {
    Sign.MEDICINE: """
        morfina morfine morfinę morfiny
        levodop* lewodop* madopar sinemet carbidop* pramipexol* ropinirol* rotigotin* rasagilin* selegilin* entacapon*
        amantadin* metformin* insulin insulina insuline insulinę insulino* insulinom* ozempic wegovy mounjaro
        semaglutid* liraglutid* empagliflozin* jardiance aspirin aspirina aspirine aspiryn* ibuprofen* ibuprofène
        paracetamol* paracétamol acetaminophen tylenol naproxen* diclofenac* diklofenak* tramadol* morphin*
        oxycodon* oxycontin fentanyl* methadon* metadon* warfarin* marcumar coumadin xarelto eliquis heparin*
        amlodipin* bisoprolol* metoprolol* furosemid* torasemid* hydrochlorothiazid* spironolacton* digoxin*
        prednison* prednisolon* cortison* kortison* cortisone hydrocortison* methotrexat* metotrexat* metotreksat*
        azathioprin* salbutamol* albuterol ventolin symbicort levothyroxin* lévothyrox euthyrox l-thyroxin* eltroxin
        sertralin* fluoxetin* prozac citalopram* escitalopram* venlafaxin* mirtazapin* amitriptylin* lithium_tabletten
        quetiapin* olanzapin* risperidon* clozapin* haloperidol* aripiprazol* gabapentin* pregabalin*
        valproat* lamotrigin* levetiracetam* keppra carbamazepin* topiramat* donepezil* memantin* rivastigmin*
        tamoxifen* letrozol* cisplatin* paclitaxel* herceptin humira enbrel ocrevus tysabri copaxone botox viagra
        ritalin methylphenidat* adderall antibiotic antibiotics antibiotik* antibiotiques antibióticos antibiotici
        antybiotyk* antidepress* painkillers schmerzmittel analgésicos steroids steroide blutverdünner bloedverdunners
        betablocker statine statiner chemotherapie blood_thinners beta_blocker
    """,
}

ENDINGS: Final = (
    "zumab", "ximab", "tumab", "limumab", "lizumab", "sartan", "statin", "statine", "statina", "statyna", "statyny",
    "azepam", "zolam", "lodipin", "lodipine", "lodipino", "fedipin", "fedipine", "fedipino", "prazol", "prazole",
    "glutid", "glutide", "gliptin", "gliptine",
    "gliptina", "gliflozin", "tinib", "ciclib", "icillin", "icilline", "icilina", "icillina", "cyclin", "cycline",
    "ciclina", "mycin", "mycine", "micina", "floxacin", "floxacino", "floxacine", "conazol", "conazole", "triptan",
    "triptane", "setron", "pril", "olol", "oxaban", "ixaban", "bigatran", "thiazid", "semide", "oxetin", "oxetine",
    "itidin", "vastatin", "dronat", "dronate", "oprazol", "profen",
)  # fmt: skip
"""Enough by themselves in a word of at least `SHORTEST` letters; `-pam` and `-mab` alone would catch names."""

SHORTEST: Final = 7
"""So that April and Gil stay names."""
