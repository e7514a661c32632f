"""How each kind of identifier is named or asked for, in English and Spanish."""

import re

_KINDS: dict[str, str] = {
    "NAME": r"(?:first|last|full|middle|maiden|sur|legal|given|family|your|her|his|their|patient'?s?|member'?s?|provider'?s?|preferred"
    r"|caller'?s?|doctor'?s?|child'?s|son'?s|daughter'?s|mother'?s|spell(?:ing)?(?: of)?(?: your| the)?)[ -]?(?:and last |and surname )?names?\b"
    r"|who (?:am i|do i have|have i got|is this|'s this|are you|was that|is calling|did you say|should i (?:ask for|say|put))|who'?s (?:calling|this|that|speaking|the patient|the member)"
    r"|(?:may|can|could) i (?:ask|know|get|have|tell \w+) who|and you are\b|you(?:'re| are) (?:mister|miss|mr|mrs|ms)\b|(?:pleasure|who) (?:of speaking|am i speaking)"
    r"|what (?:do|should|can|may) (?:i|we) call you|speaking (?:to|with)\s*\??$|spell (?:that|it|your|the|his|her|this)|how (?:do you|is that) spell|(?:your|the) name\b"
    r"|\bname (?:please|again|for me|on (?:the|your|it)|and (?:date|dob|birth))|^(?:and )?(?:the |your )?name\s*\??$|patient name|member name|name of the (?:patient|member|person|caller)"
    r"|(?:su|el|tu|mi) (?:nombre|apellido)|nombre (?:completo|y apellido|por favor|del paciente)|apellidos?\b|con qui[eé]n (?:tengo|hablo)|de parte de qui[eé]n|c[oó]mo se llama|qui[eé]n (?:habla|llama|es usted)|deletre",
    "DOB": r"date of birth|birth ?date|birth ?year|year of birth|birth ?day|\bd\.?o\.?b\.?\b|(?:were|was|are) (?:you|he|she|they) born"
    r"|\bborn\b|fecha de (?:su )?nacimiento|confirm (?:the )?date|cu[aá]ndo naci[oó]|\bnac(?:[ií]|i[oó]|imiento|ida|ido)\b|month,? day,? (?:and )?year|day and month",
    "DATE": r"what (?:day|date)|which (?:day|date)|when (?:was|is|did|were|are|would|will|do|does|'s|do you want|can)"
    r"|(?:move|change|reschedule|book|schedule)\b.{0,30}\b(?:to|for|on)\s*\??$|dates? of (?:service|admission|discharge|visit|injury|death|surgery|onset)|effective date|expiration date|discharge date|(?:fill|refill|order|service) date"
    r"|(?:appointment|admitted|discharged|seen|visit|surgery) (?:on|was|is)|qu[eé] (?:d[ií]a|fecha)|para qu[eé] (?:d[ií]a|fecha)|fecha de (?:la cita|alta|servicio|la visita)|cu[aá]ndo (?:fue|es|ser[ií]a|sali[oó])",
    "AGE": r"how old|\bage\b|cu[aá]ntos a[nñ]os|qu[eé] edad|\bedad\b",
    "PHONE": r"(?:tele)?phone|call ?-?back|\bcell\b|\bmobile\b|best number|good number|contact number|reach (?:you|him|her|them)"
    r"|number (?:to (?:call|reach|text)|i can|we can|where|you can be)|\bfax\b|\bpager\b|area code|emergency contact|tel[eé]fono|landline|extension|\bcelular\b|n[uú]mero (?:donde|para (?:llamar|comunicar))|call (?:me|you|us) (?:back )?(?:at|on)\b|ten[- ]digit|disconnected|cut off",
    "EMAIL": r"\be-? ?mails?\b|correo|send (?:it|that|them|the link) to\s*\??$|gmail|\barroba\b",
    "ADDRESS": r"\baddress\b|where (?:do|does|are|should|can|would) (?:you|he|she|they|we|i) (?:live|located|staying|send|ship|mail|pick|deliver|like|want)|where (?:you|he|she|they)(?:'re)? (?:live|staying|at)|street name|mailing|moved"
    r"|\blives? (?:at|on|in)\b|\b(?:direcci[oó]n|domicilio)\b|d[oó]nde vive|deliver(?:ed|y)? to|ship(?:ped)? (?:it )?to|home is|pick(?:ing)? (?:you|him|her|me|them) up (?:at|from)|pick ?-?up (?:at|from|location|spot)|drop ?-?off|house number|street number|what street|send (?:it|them) to",
    "ZIP": r"\bzip\b|postal|post ?code|c[oó]digo postal",
    "CITY": r"(?:what|which) (?:city|town|county)|\bcity\b|\btown\b|\bcounty\b|ciudad|condado|what part of",
    "SSN": r"\bsocial\b|\bssn\b|seguro social|tax ?payer|tax id",
    "LAST4": r"last (?:four|4)|ending in|ends (?:in|with)|final four|[uú]ltimos (?:cuatro|4)|termina(?:da|do)? en",
    "MEMBER_ID": r"\bmember(?:'?s)?(?: (?:number|id|services id))?\b|subscriber|polic(?:y|ies) (?:number|id)|\bpolicy\b|group (?:number|id|no)|\bgroup\s*\??$|and (?:the )?group\b|insurance (?:id|card|number)|\bid (?:number|on|card|is)|\bi\.? ?d\.?\b"
    r"|medi(?:care|caid)(?:'s)? (?:\w+ )?(?:number|id|card|is)|(?:your|the|his|her|my) medi(?:care|caid)\b|beneficiary|on (?:the|your|my|her|his) (?:\w+ )?card|\bplan (?:id|number)|health plan|n[uú]mero de (?:miembro|p[oó]liza|afiliado|beneficiario|identificaci[oó]n|grupo)|\bp[oó]liza|\btarjeta del? (?:seguro|plan)|miembro",
    "MRN": r"record number|\bmrn\b|\bm r n\b|chart number|patient (?:id|number)|medical record|hospital number|nhs number|expediente|historia cl[ií]nica|r[eé]cord",
    "CREDIT_CARD": r"(?:credit|debit|payment|bank) card|card number|\bvisa\b|master ?card|\bamex\b|american express|card on file|\bcvv\b|expir(?:y|ation|es)|sixteen digits|long number|tarjeta de (?:cr[eé]dito|d[eé]bito)|n[uú]mero de (?:la )?tarjeta",
    "ACCOUNT": r"account|routing|\biban\b|invoice|statement (?:number|id)|guarantor|n[uú]mero de (?:la )?(?:cuenta|factura)|\bcuenta\b|\bbill number",
    "CASE": r"(?:claim|case|confirmation|reference|ticket|tracking|order|prescription|rx|authori[sz]ation|auth|pre-?cert(?:ification)?|referral|call|file|complaint|grievance|trace|trip|ride|booking|reservation|incident|dispute|request|encounter|visit)"
    r"(?:'s)?(?: ?(?:number|id|code|#|no\.?))|\brx\b|\br x\b|certificate|\bclaim\b|prior auth|\bprescription\b|n[uú]mero de (?:la |el )?(?:caso|reclamo|receta|referencia|confirmaci[oó]n|autorizaci[oó]n|orden|queja)|\breceta\b|number on the (?:bottle|label|letter|bill|box|form)|on the (?:bottle|label|letter)",
    "LICENSE": r"licen[sc]e|passport|\bdriver|state id|licencia|pasaporte",
    "NPI": r"\bnpi\b|\bn p i\b|national provider",
    "DEA": r"\bdea\b|\bd e a\b",
    "VEHICLE": r"\bplates?\b|\bvehicle|\bvin\b|\btag number|registration|\bplaca",
    "DEVICE": r"serial|device (?:id|number)|model number|pacemaker (?:id|number)|\bimei\b|\budi\b|lot number|on the back of|on the (?:bottom|side|monitor|device|sticker)|n[uú]mero de serie|\bserie\b",
    "USERNAME": r"user ?-? ?name|log ?-?in(?: name| id)?|user id|screen name|portal (?:id|name)|\bhandle\b|usuario",
    "URL": r"web ?(?:site|page|address)|\burl\b|\blink\b|portal at|p[aá]gina",
    "IP": r"\bi\.? ?p\.? address|\bip\b",
    "PIN": r"\bpass ?(?:word|code|phrase)|\bpin\b|security (?:code|word)|access code|verification code|one ?-?time code|\bcode\b|contrase[nñ]a|c[oó]digo(?! postal)|digit code",
    "EMPLOYER": r"employer|who do (?:you|they) work for|where (?:do|does|did) (?:you|he|she|they) work|place of work|work(?:s|ed)? (?:at|for)\s*\??$|d[oó]nde trabaja|empleador",
    "CODE": r"\b(?:the|that|your|what'?s the|a) numbers?\b(?! of\b)|what(?:'ve| have| do) you (?:got|have|see)|whole (?:number|thing)|read (?:it|that|me|them)|n[uú]mero\b",
}  # fmt: skip
ORDER = tuple(_KINDS)
"""Every kind, in a fixed order."""
_ASKED = [(kind, re.compile(pattern)) for kind, pattern in _KINDS.items()]


def mentions(text: str) -> list[tuple[int, int, str]]:
    """Every kind that a text names, with where it does, left to right."""
    lower = text.lower()
    if len(lower) != len(text):  # a letter whose small form is longer would move what is behind it
        lower = text
    found = [(m.start(), m.end(), kind) for kind, rx in _ASKED for m in rx.finditer(lower)]
    return sorted(found)
