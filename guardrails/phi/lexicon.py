"""What is a name and what is a word: US census names, measured against ordinary English.

The census lists of 1990 (public domain) come with the package `names`, those of 2020 (public
domain, packed by `scripts/name_list.py`) with this one; which of them are ordinary words is read
from the WordNet index in the spaCy model and from `wordfreq`.
"""

import lzma
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from guardrails.phi.vocabulary import diseases, drugs, everyday, folder

FIRST_SHARE = 0.003
"""Per cent of people: a rarer first name is no evidence by itself."""
LAST_SHARE = 0.002
RARE = 3.4
"""A word below this frequency (Zipf, per thousand million words, log 10) is no everyday word."""
_DRUG = re.compile(
    r"(?:cillin|mycin|micin|floxacin|cycline|azole|prazole|statin|sartan|olol|pril|dipine|zosin|gliptin|gliflozin|glutide|tide|mab|nib"
    r"|vir|caine|pam|lam|pine|zine|tine|line|done|lone|sone|olone|onide|phen|profen|fenac|oxin|arin|parin|xaban|grel|thiazide|semide|lactone"
    r"|formin|glitazone|terol|tropium|lukast|tadine|fenadine|cetraben|lyte|ol|ate|ide|ine|in|itis|osis|emia|oma|algia|pathy|scopy|gram|graphy)$"
)

_WORD_NAMES = frozenset(
    """
    amber angel april art august autumn basil bay berry beryl blossom brandy brook candy carol
    case cash charity chance chase chip christian clay cliff coral crystal dale dawn daisy dean
    destiny dell diamond dick dolly don duke earl early ebony eve faith fern flora forest gay
    gene genie ginger glory golden grace gray grant guy harmony harper hazel heath heather
    heaven holly honey hope hunter india iris ivory ivy jade jasmine jasper jean jewel joy june
    junior kay kit kitty lance lane lark laurel lily lotus love lucky major marble mark marsh
    mason max may melody mercy merit mercedes merry miles mike misty money muse nell olive opal
    page paige pansy patience pat pearl peg penny pepper petunia piper poppy porter precious
    prince prudence queen rain raven ray red reed reggie rich river rob robin rocky rose
    rosemary ruby rusty sage sandy savannah scarlet season shade shell sherry silver sky sonny
    star sterling stone storm summer sunny sunshine tab temple terry thyme tiffany tiger tip
    troy trinity tuesday ty van velvet venus vicky victor victoria vine viola violet virgil
    virgin wade ward wayne will willow winter wren young bill jack frank bob drew sue dot grant
    pierce rod dean santa see so an in my do he man son boy miss doctor sister brother nana rice
    bunny buddy baby maple lemon page ok hi long short white black brown green blue king bishop
    pope marine nurse mo al ed hung song bong ping ling kim lee sun moon sal val loan tam tran
    toy bao ha ho hang mi le lu yu de la el das von saint mac sid hal gale shan page chi rae
    numbers mable bell belle
    """.split()
)  # fmt: skip
_CLINICAL = frozenset(
    """
    parkinson parkinsons alzheimer alzheimers crohn crohns hodgkin hodgkins foley holter
    hashimoto graves cushing raynaud sjogren tourette asperger marfan paget meniere barrett
    kaposi kawasaki lewy guillain gehrig epstein barr heimlich apgar babinski braxton foley
    penrose braden romberg tylenol advil aleve motrin lasix lipitor zocor plavix coumadin
    eliquis xarelto jardiance farxiga ozempic wegovy trulicity victoza januvia lantus humalog
    novolog levemir metformin lisinopril losartan valsartan entresto coreg carvedilol metoprolol
    toprol norvasc amlodipine atenolol spironolactone furosemide torsemide bumex digoxin
    warfarin aspirin ibuprofen acetaminophen prednisone albuterol ventolin proair advair
    symbicort spiriva singulair zyrtec claritin allegra benadryl nexium prilosec omeprazole
    pantoprazole zofran gabapentin lyrica cymbalta zoloft sertraline prozac lexapro celexa
    wellbutrin xanax ativan klonopin ambien trazodone seroquel abilify synthroid levothyroxine
    insulin glipizide glyburide amoxicillin augmentin keflex cipro bactrim azithromycin
    doxycycline penicillin crestor pepcid imodium miralax metamucil gaviscon paracetamol
    nurofen calpol salbutamol ramipril bisoprolol naproxen voltarol hctz medicare medicaid aetna
    cigna humana kaiser anthem walgreens walmart cvs costco labcorp quest fitbit dexcom omron
    rennie rennies clenil cetraben laxido movicol implanon nexplanon microgynon cerazette rigevidon
    mirena fucidin canesten piriton piriteze sudafed lemsip strepsils seretide fostair bactroban
    dermovate betnovate eumovate diprobase doublebase zerobase oilatum buscopan dioralyte senokot
    anusol stemetil zapain
    libre covid pfizer moderna tums google zoom apple android facebook gmail epic mychart uber
    lyft
    """.split()
)  # fmt: skip
_MONTH_NAMES = frozenset({"april", "may", "june", "august"})
NOT_NAMES = frozenset(
    """
    i me my mine you your yours he him his she her hers it its we us our they them their this
    that these those who what which when where why how a an the and or but if because as until
    while of at by for with about against between into through during before after above below
    to from up down in out on off over under again further then once here there all any both
    each few more most other some such no nor not only own same so than too very can will just
    don should now is are was were be been being have has had having do does did doing would
    could might must shall may calling feeling doing going looking having taking trying getting
    sorry afraid sure okay ok yes yeah yep yup nope right alright well fine good great perfect
    thanks thank please hello hi hey bye goodbye um uh er erm hmm mm mhm oh ah today tomorrow
    yesterday morning afternoon evening night monday tuesday wednesday thursday friday saturday
    sunday january february march april june july august september october november december
    actually really maybe also still already back home here's that's it's i'm he's she's what's
    let's one two three four five six seven eight nine ten first second third last next new old
    name named spell spelled spelling spelt capital letter sir ma'am madam mister misses doctor
    nurse patient agent caller speaking nothing something anything everything everyone someone
    anyone like because cause her's mom mum dad mother father wife husband son daughter sister
    brother friend neighbor neighbour aunt uncle grandma grandpa grandmother grandfather partner
    caregiver caretaker guardian spouse number phone address email date birth member account
    card insurance plan appointment pharmacy clinic hospital office department billing
    scheduling team care health medical center centre support service customer line call help
    again later sir got get give take took see saw say said tell told ask asked need want know
    think mean guess let make made come came go went put keep kept feel felt look looks pain
    chest blood pressure sugar heart weight medicine medication pill pills dose refill
    prescription just only even much many lot bit little big small bad better worse best worst
    happy glad under over on off yesterday's today's correct wrong incorrect same different both
    either neither with without at is was for and the to of in my your time times day days week
    weeks month months year dr mr mrs ms miss prof doc triage hello i've i'd i'll you're we're
    they're god wish unfortunately appreciate sounds fair enough lovely brilliant cool exactly
    definitely probably obviously basically certainly absolutely totally honestly hopefully
    luckily usually normally sometimes maybe perhaps cheers regards welcome fantastic wonderful
    awesome excuse pardon bless love dear honey sweetie years old hour hours minute minutes ago
    since every per
    """.split()
)  # fmt: skip


@dataclass(frozen=True)
class Lexicon:
    """Lower-case names. `first` and `last` are safe alone; `ambiguous` need a context."""

    first: frozenset[str]
    last: frozenset[str]
    any_name: frozenset[str]
    ordinary: frozenset[str]
    ranks: dict[str, tuple[int, int]]

    def first_rank(self, word: str) -> int:
        """How common a first name a word is: 0 none, 1 rare, 2 known, 3 common."""
        return self.ranks.get(word, (0, 0))[0]

    def last_rank(self, word: str) -> int:
        """How common a surname a word is: 0 none, 1 rare, 2 known, 3 common."""
        return self.ranks.get(word, (0, 0))[1]

    def safe(self, word: str) -> bool:
        """Whether a lower-case word is a first name and hardly anything else."""
        return word in self.first and word not in self.ordinary

    def name_like(self, word: str) -> bool:
        """Whether a word may be a name where the context says that one is due."""
        bare = bare_name(word)
        return len(bare) > 1 and bare not in NOT_NAMES and bare not in _CLINICAL

    def credible(self, word: str, *, announced: bool) -> bool:
        """Whether a word that stands where a name would is one. `announced`: "my name is ..."."""
        from wordfreq import zipf_frequency

        bare = bare_name(word)
        if bare in _MONTH_NAMES:
            return announced
        if bare in NOT_NAMES or len(bare) < 2 or "'" in bare[2:]:
            return False
        if self.safe(bare):
            return True
        common = zipf_frequency(bare, "en")
        if announced:
            return bare in self.any_name or common < 4.0
        if bare in _CLINICAL:
            return False
        return bare in self.any_name and (bare not in self.ordinary or bare in self.first)

    def unheard_of(self, word: str) -> bool:
        """Whether a word is hardly ever written and no drug: a name where a name would stand."""
        from wordfreq import zipf_frequency

        bare = bare_name(word)
        plain = len(bare) > 2 and bare not in NOT_NAMES and bare not in _CLINICAL
        if not plain or zipf_frequency(bare, "en") >= RARE or _DRUG.search(bare):
            return False
        others, nouns = everyday()
        known = bare in others or bare in nouns or bare in drugs() or bare in diseases()
        return bare in self.any_name or not known

    def clinical(self, word: str) -> bool:
        """Whether a name is that of a disease, a device, a drug or a company."""
        bare = bare_name(word)
        return bare in _CLINICAL or (bare in drugs() and bare not in self.first)


def bare_name(word: str) -> str:
    """The word without a possessive, in lower case."""
    lowered = word.lower().replace("’", "'")
    return lowered[:-2] if lowered.endswith("'s") else lowered.rstrip("'")


def folded(word: str) -> str:
    """The word without accents."""
    plain = unicodedata.normalize("NFKD", word)
    return "".join(c for c in plain if not unicodedata.combining(c))


@cache
def lexicon() -> Lexicon:
    """The names and words of this installation, read once (a quarter of a second)."""
    names = folder("names")
    female, male, last = (
        _census(names / f"dist.{name}") for name in ("female.first", "male.first", "all.last")
    )
    first = {**female, **{name: max(s, female.get(name, 0)) for name, s in male.items()}}
    every = frozenset(first) | frozenset(last)
    ordinary = frozenset(word for word in every if word in _WORD_NAMES or _is_word(word))
    common_first = {word for word, share in first.items() if share >= FIRST_SHARE}
    common_last = {word for word, share in last.items() if share >= LAST_SHARE}
    return Lexicon(
        first=frozenset(w for w in common_first if len(w) > 2) - NOT_NAMES - _CLINICAL,
        last=frozenset(common_last) - NOT_NAMES - _CLINICAL,
        any_name=every - NOT_NAMES - _CLINICAL,
        ordinary=ordinary | NOT_NAMES | _CLINICAL,
        ranks=_ranks(),
    )


def _ranks() -> dict[str, tuple[int, int]]:
    """How common names are as first names and surnames, of the census of 2020."""
    packed = (Path(__file__).parent / "lists" / "census-2020.txt.xz").read_bytes()
    lines = lzma.decompress(packed).decode().split("\n")
    return {line[:-3]: (int(line[-2]), int(line[-1])) for line in lines}


def _census(path: Path) -> dict[str, float]:
    """Names of a census list with the per cent of people who have them."""
    rows = (line.split() for line in path.read_text().splitlines())
    return {row[0].lower(): float(row[1]) for row in rows if len(row) == 4}


def _is_word(word: str) -> bool:
    """Whether a census name is a verb, an adjective or an adverb, or a common noun."""
    from wordfreq import zipf_frequency

    others, nouns = everyday()
    common = zipf_frequency(word, "en")
    return (word in others and common > 3.2) or (word in nouns and common > 3.6 and word in _COMMON)


_COMMON = frozenset(
    """
    baker banks barber bell bond bowl branch brewer bridges brook brooks bush butcher butler
    camp cannon carpenter carter cash castle chambers chandler church clay coach cole cook
    cooper corn cotton cox crane cross curry day diamond driver duck english farmer field fields
    fish fisher flower flowers forest fox frost fuller gates glass gold good grant graves gray
    green hall hammer hand harbor hardy hart hawk hay head heart hill holder holiday hood horn
    house hunt hunter hurt iron king knight lake lamb land lane law league leaf light little
    lock long lord love marsh marshal mason mean mercer miller mills mint moon moss mountain
    nail noble north oak page park parks parson peace peak pepper person piper pitts place pond
    pool poole pope porter post potter powers price prior rains ray rice ring rivers roads rock
    rose rush sail sands sargent self sergeant sharp shaw shepherd shields shoemaker short
    shower silver skinner small smart snow snyder speaker spring stack stark steel stone strange
    street strong summer swan sweet tank taylor teeth thorn tower towers town trainer tree
    turner vale vice wade wagner walker wall walls ward ware waters watts way weaver webb weeks
    wells west wheat wheeler white wild winter wolf wood woods worth wright yard york young ball
    bird block board book box boyd brown bull burns cup date dean dial doll drew duke face fall
    fee foot ford game gap gift grace grass guide guy home hook hope host inn joy joint judge
    jury key kid kidd knee land lead leg line list luck lung mail map mark mass mile milk mind
    minor mole neck nurse page pace pain pal palm pan part pass pate peel pill pine pink pipe
    plant play point port pound prime quick quill ramp rash ratio reach read root rope row salt
    sample scales score seal seat see seed seller shade shell shore shot side size skin
    slaughter soul sound space spear speed staff star state stern storm sugar test tooth track
    trip try view vine voice walk watch water web wing word work worker zone major doss case
    crab mann bloom chew cage
    """.split()
)  # fmt: skip
