// Languages of sentences that are not among the texts the tables were made of.
#include "engine/language_identifier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "engine/language_list.h"

namespace bantam {
namespace {

struct Sentence {
  const char* language;
  const char* text;
};

constexpr Sentence kSentences[] = {
    {"en",
     "The sky looks blue because air scatters short wavelengths of sunlight more than long ones."},
    {"en",
     "Sure! Here are three tips for learning a new language: practise every day, listen a lot, and "
     "don't be afraid of mistakes."},
    {"en", "Boil the pasta for ten minutes, then add the sauce."},
    {"en", "I think you should call your sister tomorrow morning."},
    {"de",
     "Der Himmel ist blau, weil die Luft kurzwelliges Licht stärker streut als langwelliges."},
    {"de",
     "Gerne! Hier sind drei Tipps zum Lernen: Übe jeden Tag, höre viel zu und hab keine Angst vor "
     "Fehlern."},
    {"de", "Koche die Nudeln zehn Minuten und gib dann die Soße dazu."},
    {"de", "Ich glaube, du solltest deine Schwester morgen früh anrufen."},
    {"fr", "Le ciel est bleu parce que l'air diffuse davantage les courtes longueurs d'onde."},
    {"fr",
     "Bien sûr ! Voici trois conseils pour apprendre une langue : pratiquez chaque jour et n'ayez "
     "pas peur des erreurs."},
    {"fr", "Faites cuire les pâtes dix minutes, puis ajoutez la sauce."},
    {"fr", "Je pense que tu devrais appeler ta sœur demain matin."},
    {"es", "El cielo es azul porque el aire dispersa más las longitudes de onda cortas."},
    {"es",
     "¡Claro! Aquí tienes tres consejos para aprender un idioma: practica todos los días y no "
     "tengas miedo a los errores."},
    {"es", "Hierve la pasta diez minutos y luego añade la salsa."},
    {"es", "Creo que deberías llamar a tu hermana mañana por la mañana."},
    {"pt", "O céu é azul porque o ar espalha mais os comprimentos de onda curtos."},
    {"pt",
     "Claro! Aqui estão três dicas para aprender um idioma: pratique todos os dias e não tenha "
     "medo de errar."},
    {"pt", "Cozinhe a massa por dez minutos e depois adicione o molho."},
    {"pt", "Acho que você deveria ligar para sua irmã amanhã de manhã."},
    {"it", "Il cielo è blu perché l'aria diffonde di più le lunghezze d'onda corte."},
    {"it",
     "Certo! Ecco tre consigli per imparare una lingua: esercitati ogni giorno e non aver paura di "
     "sbagliare."},
    {"it", "Cuoci la pasta per dieci minuti, poi aggiungi il sugo."},
    {"it", "Penso che dovresti chiamare tua sorella domani mattina."},
    {"nl", "De lucht is blauw omdat kort golflengte licht sterker wordt verstrooid."},
    {"nl",
     "Natuurlijk! Hier zijn drie tips om een taal te leren: oefen elke dag en wees niet bang om "
     "fouten te maken."},
    {"nl", "Kook de pasta tien minuten en voeg dan de saus toe."},
    {"nl", "Ik denk dat je morgenochtend je zus moet bellen."},
    {"cs", "Obloha je modrá, protože vzduch rozptyluje krátké vlnové délky více než dlouhé."},
    {"cs", "Jistě! Tady jsou tři tipy, jak se naučit jazyk: cvičte každý den a nebojte se chyb."},
    {"cs", "Vařte těstoviny deset minut a pak přidejte omáčku."},
    {"cs", "Myslím, že bys měl zítra ráno zavolat své sestře."},
    {"pl", "Niebo jest niebieskie, ponieważ powietrze silniej rozprasza krótkie fale światła."},
    {"pl",
     "Jasne! Oto trzy wskazówki, jak uczyć się języka: ćwicz codziennie i nie bój się błędów."},
    {"pl", "Gotuj makaron przez dziesięć minut, a potem dodaj sos."},
    {"pl", "Myślę, że powinieneś jutro rano zadzwonić do siostry."},
    {"tr", "Gökyüzü mavidir çünkü hava kısa dalga boylu ışığı daha çok saçar."},
    {"tr",
     "Elbette! İşte yeni bir dil öğrenmek için üç ipucu: her gün pratik yapın ve hata yapmaktan "
     "korkmayın."},
    {"tr", "Makarnayı on dakika haşlayın, sonra sosu ekleyin."},
    {"tr", "Bence yarın sabah kız kardeşini aramalısın."},
    {"vi", "Bầu trời có màu xanh vì không khí tán xạ ánh sáng bước sóng ngắn nhiều hơn."},
    {"vi",
     "Chắc chắn rồi! Đây là ba lời khuyên để học một ngôn ngữ mới: luyện tập mỗi ngày và đừng sợ "
     "mắc lỗi."},
    {"vi", "Luộc mì trong mười phút rồi cho nước sốt vào."},
    {"vi", "Tôi nghĩ bạn nên gọi cho chị gái vào sáng mai."},
    {"id",
     "Langit terlihat biru karena udara menghamburkan cahaya dengan panjang gelombang pendek lebih "
     "banyak."},
    {"id",
     "Tentu! Berikut tiga tips untuk belajar bahasa baru: berlatihlah setiap hari dan jangan takut "
     "membuat kesalahan."},
    {"id", "Rebus pasta selama sepuluh menit, lalu tambahkan sausnya."},
    {"id", "Saya rasa kamu harus menelepon adikmu besok pagi."},
    {"ms",
     "Langit kelihatan biru kerana udara menyerakkan cahaya dengan panjang gelombang pendek lebih "
     "banyak."},
    {"ms",
     "Sudah tentu! Berikut ialah tiga petua untuk mempelajari bahasa baharu: berlatih setiap hari "
     "dan jangan takut membuat kesilapan."},
    {"ms", "Rebus pasta selama sepuluh minit, kemudian masukkan sos."},
    {"ms", "Saya rasa awak patut menelefon adik awak pagi esok."},
    {"tl",
     "Asul ang langit dahil mas ikinakalat ng hangin ang liwanag na may maikling haba ng alon."},
    {"tl",
     "Sige! Narito ang tatlong payo sa pag-aaral ng bagong wika: magsanay araw-araw at huwag "
     "matakot magkamali."},
    {"tl", "Pakuluan ang pasta ng sampung minuto, tapos idagdag ang sarsa."},
    {"tl", "Sa tingin ko dapat mong tawagan ang kapatid mo bukas ng umaga."},
    {"ceb",
     "Asul ang langit tungod kay ang hangin mas mokatag sa kahayag nga adunay mubo nga balod."},
    {"ceb",
     "Sige! Ania ang tulo ka tambag sa pagkat-on og bag-ong pinulongan: pagpraktis kada adlaw ug "
     "ayaw kahadlok masayop."},
    {"ceb", "Lat-a ang pasta sulod sa napulo ka minuto, unya idugang ang sarsa."},
    {"ceb", "Sa akong hunahuna kinahanglan nimong tawgan ang imong igsoon ugma sa buntag."},
    {"ar", "السماء زرقاء لأن الهواء يشتت الضوء ذا الطول الموجي القصير أكثر."},
    {"ar", "بالتأكيد! إليك ثلاث نصائح لتعلم لغة جديدة: تدرب كل يوم ولا تخف من الأخطاء."},
    {"ar", "اسلق المعكرونة لمدة عشر دقائق ثم أضف الصلصة."},
    {"ar", "أعتقد أنه يجب عليك الاتصال بأختك صباح الغد."},
    {"fa",
     "آسمان آبی است زیرا هوا نور با طول موج کوتاه را بیشتر پراکنده "
     "می‌کند."},
    {"fa",
     "البته! در اینجا سه نکته برای یادگیری زبان جدید آمده است: هر روز تمرین کنید و از اشتباه "
     "نترسید."},
    {"fa", "پاستا را ده دقیقه بجوشانید و سپس سس را اضافه کنید."},
    {"fa", "فکر می‌کنم باید فردا صبح به خواهرت زنگ بزنی."},
    {"ur", "آسمان نیلا نظر آتا ہے کیونکہ ہوا چھوٹی طول موج کی روشنی کو زیادہ بکھیرتی ہے۔"},
    {"ur", "ضرور! نئی زبان سیکھنے کے لیے تین مشورے یہ ہیں: روزانہ مشق کریں اور غلطیوں سے نہ ڈریں۔"},
    {"ur", "پاستا کو دس منٹ تک ابالیں، پھر چٹنی شامل کریں۔"},
    {"ur", "میرا خیال ہے کہ تمہیں کل صبح اپنی بہن کو فون کرنا چاہیے۔"},
    {"zh", "天空看起来是蓝色的，因为空气更容易散射波长较短的阳光。"},
    {"zh", "當然可以！以下是學習新語言的三個建議。"},
    {"ja", "空が青く見えるのは、空気が短い波長の光をより強く散乱させるからです。"},
    {"ja", "東京都内の天気は晴れ。"},
    {"ko", "하늘이 파란 이유는 공기가 짧은 파장의 빛을 더 많이 흩어지게 하기 때문입니다."},
    {"ru", "Небо кажется голубым, потому что воздух сильнее рассеивает короткие волны света."},
    {"he", "השמיים נראים כחולים משום שהאוויר מפזר יותר את האור בעל אורך הגל הקצר."},
    {"th", "ท้องฟ้ามีสีฟ้าเพราะอากาศกระเจิงแสงความยาวคลื่นสั้นได้มากกว่า"},
    {"lo", "ທ້ອງຟ້າມີສີຟ້າຍ້ອນອາກາດກະຈາຍແສງ"},
    {"my", "ကောင်းကင်သည် အပြာရောင်ရှိသည်။"},
    {"km", "មេឃមានពណ៌ខៀវព្រោះខ្យល់ខ្ចាត់ខ្ចាយពន្លឺ។"},
    {"hi", "आसमान नीला दिखता है क्योंकि हवा छोटी तरंगदैर्ध्य के प्रकाश को अधिक बिखेरती है।"},
    {"bn", "আকাশ নীল দেখায় কারণ বাতাস ছোট তরঙ্গদৈর্ঘ্যের আলো বেশি ছড়ায়।"},
};

std::string CodeOf(const Language* language) {
  return language == nullptr ? "none" : std::string(language->code);
}

// Of languages that are all but one, the other counts as right.
bool Alike(std::string_view a, std::string_view b) {
  constexpr std::string_view kAlike[] = {"id ms", "ms id", "ceb tl", "tl ceb", "tr id", "tr ms"};
  return a == b ||
         std::ranges::find(kAlike, std::string(a) + " " + std::string(b)) != std::end(kAlike);
}

TEST(LanguageIdentifier, KnowsSentences) {
  int exact = 0;
  for (const Sentence& sentence : kSentences) {
    const Language* language = LanguageByCode(sentence.language);
    ASSERT_NE(language, nullptr) << sentence.language;
    const std::string found = CodeOf(LanguageOf(sentence.text, nullptr));
    EXPECT_TRUE(Alike(sentence.language, found)) << found << ": " << sentence.text;
    EXPECT_EQ(LanguageOf(sentence.text, language), language) << sentence.text;
    exact += found == sentence.language ? 1 : 0;
  }
  EXPECT_GE(exact, std::ssize(kSentences) - 5);
}

TEST(LanguageIdentifier, IsHardlyTalkedIntoAnotherLanguage) {
  int wrong = 0;
  for (const Sentence& sentence : kSentences) {
    for (const Language& other : AllLanguages()) {
      const Language* found = LanguageOf(sentence.text, &other);
      wrong += found == &other && !Alike(sentence.language, other.code) ? 1 : 0;
    }
  }
  EXPECT_LE(wrong, 2) << "of " << std::size(kSentences) * (AllLanguages().size() - 1);
}

TEST(LanguageIdentifier, SaysNothingWhereTheTextDoesNot) {
  for (const char* text :
       {"", "42", "3.14 + 1 = 4.14", "OK", "👍", "\xFF\xFE", "Ω α β γ δ ε ζ η θ"}) {
    EXPECT_EQ(LanguageOf(text, LanguageByCode("zh")), nullptr) << text;
  }
}

TEST(LanguageIdentifier, LooksPastCode) {
  const char* text =
      "先读文件，再数行数：\n\n```python\nwith open(path) as file:\n    for line in file:\n"
      "        print(the_number_of_words_in_that_line(line))\n```\n\n这样就好了。";
  EXPECT_EQ(CodeOf(LanguageOf(text, nullptr)), "zh");
  EXPECT_EQ(CodeOf(LanguageOf("用 Python 的 print 函数输出结果，然后再运行一次程序。", nullptr)),
            "zh");
}

TEST(LanguageIdentifier, LongTextsAreReadInPart) {
  std::string text;
  while (text.size() < kMostIdentifiedBytes) text += "The weather was fine and so were we. ";
  for (int i = 0; i < 3000; ++i) text += "天气很好。";
  EXPECT_EQ(CodeOf(LanguageOf(text, nullptr)), "en");
}

TEST(LanguageList, CodesAreFoundHoweverTheyAreWritten) {
  for (const char* code : {"zh", "ZH", "zh-CN", "zh_Hant_TW", "Zh-hans"}) {
    EXPECT_EQ(CodeOf(LanguageByCode(code)), "zh");
  }
  for (const char* code : {"", "z", "zhh", "-", "tlh", "english"}) {
    EXPECT_EQ(LanguageByCode(code), nullptr) << code;
  }
  EXPECT_EQ(AllLanguages().size(), 29U);
}

TEST(LanguageList, CharactersAreThoseOfTheScriptsAndOfAll) {
  const auto has = [](const char* code, char32_t c) {
    return CharactersOf(*LanguageByCode(code)).Has(c);
  };
  for (const Language& language : AllLanguages()) {
    for (const char32_t c : {U'7', U'.', U'%', U' ', U'\n', U'。', U'«', U'→', U'😀', U'\u0301'}) {
      EXPECT_TRUE(has(std::string(language.code).c_str(), c)) << language.code;
    }
  }
  EXPECT_TRUE(has("zh", U'中'));
  EXPECT_FALSE(has("zh", U'a'));
  EXPECT_FALSE(has("zh", U'の'));
  EXPECT_TRUE(has("ja", U'の'));
  EXPECT_TRUE(has("ja", U'ー'));
  EXPECT_TRUE(has("ja", U'中'));
  EXPECT_FALSE(has("ko", U'中'));
  EXPECT_TRUE(has("ko", U'한'));
  EXPECT_TRUE(has("vi", U'ế'));
  EXPECT_FALSE(has("en", U'я'));
  EXPECT_TRUE(has("hi", U'।'));
  EXPECT_FALSE(has("en", U'\uE000')) << "private use";
}

}  // namespace
}  // namespace bantam
