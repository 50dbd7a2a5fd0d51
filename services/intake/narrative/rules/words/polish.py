"""Polish."""

from typing import Final

from services.intake.narrative.rules.signs import Sign

WORDS: Final = {
    Sign.ILLNESS: """
        wrzody wrzodów chorobę chorobą choroby choroba_alzheimera choroba_parkinsona
        cukrzyc* nadciśnieni* padaczk* epilepsj* astm* demencj* schizofreni* depresj* białaczk* chłoniak*
        przerzut* nowotwor* zapalenie zapalenia reumatyzm* osteoporoz* łuszczyc* egzem* toczeń tocznia
        fibromialgi* endometrioz* marskość anemi* gruźlic* migren* neuropati* jaskra jaskrę jaskry arytmi*
        zawału zawale udarze udaru
        stwardnieni* niedoczynnoś* nadczynnoś* tarczyca tarczycy tarczycę tarczycą otyłoś* ciąży ciąża niewydolnoś*
        miażdżyc* autyzm* anoreksj*
        alkoholiz* alkoholik* uzależni* psychoz* dwubiegunow* nietrzymani* rak_piersi rak_płuc raka_piersi raka_płuc

    """,
    Sign.SYMPTOM: """
        drżeni* drżą drży drgawk* zawrot* nudnoś* wymiot* zmęczeni* zmęczon* wyczerpan* bezsennoś* kołatani*
        opuchlizn* opuchnięt* drętwieni* mrowieni* osłabieni* omdleni* zemdlał* duszność duszności swędzeni* wysypk*
        gorączk* krwawieni* biegunk* zaparci* zgag* lęk lęki lękow* przygnębion* samobójcz* splątan* zapomina pamięć
        pamięcią sparaliżowan* porażeni* niepełnosprawn* wózku wózek zdiagnozowan* diagnoz* cierpi cierpiał* choruje
        chorował* chora chory objaw* nawrót remisj* chemioterapi* radioterapi* dializ* przeszczep* amputowan*
        operowan* operacj* hospitalizowan* biopsj* lek leki leków lekarstw* przepisan* alergi* uczulon* infekcj*
        przewlekł* bóle bólami bólów boli bolą upadk* ból_głowy
    """,
    Sign.NAMESAKE: """
        czerniak czerniaka zawał
        guz guza udar choroba
        rak raka ból bólu kaszel katar grypa parkinson parkinsona alzheimer alzheimera ślepy głuchy kulawy głowa
        ręka serce krew kości zdrowie
    """,
    Sign.CARE: """
        szpital szpitalu klinika lekarz lekarza pielęgniark* neurolog* kardiolog* pacjent* leczeni* leczon* leczy
        terapi* tabletk* pigułk* dawk* codziennie dziennie zastrzyk* stadium nerka nerki
        nerek wątrob* kolano kolana biodro mózg* żołąd* piersi płuc płuca mięśni* nerw* skóra kręgosłup* pęcherz*
        jelit* prostat* nogi stawów stawy ciśnieni* cukier cholesterol* insulinow* napad napady zdrowia
    """,
    Sign.TELLING: "bierze przyjmuje zażywa miała miał potrzebuje otrzymuje czuje nosi przeszła przeszedł stosuje",
    Sign.LINK: """
        ma od z_powodu jest była był są się nie po przed ponieważ że która który lat lata roku miesięcy tygodni
        także bardzo ale kiedy zawsze jeszcze często czasami dni razy przez dla bez już tylko proszę teraz może jej
        jego ona on na w
    """,
    Sign.ABBREVIATION: "sm ekg rtg usg rmi adhd pochp",
}
