"""Orders to a reviewer in other languages than English, in their common forms.

Not written by people who speak all of them. Each with the words one of which must be there.
"""

from __future__ import annotations

OTHERS = (
    # German
    (
        "anweisung instruktion regeln befehl vorgabe hinweise",
        r"\b(?:ignorier\w{0,4}|missacht\w{0,4}|vergiss|vergessen sie|verwirf|"
        r"übergeh\w{0,3})\b.{0,30}?"
        r"\b(?:vorherig\w{0,3}|bisherig\w{0,3}|obig\w{0,3}|früher\w{0,3}|vorangegangen\w{0,3}|"
        r"vorstehend\w{0,3}|deine|ihre|alle)\b.{0,25}?\b(?:anweisung\w{0,3}|instruktion\w{0,3}|"
        r"regeln|"
        r"befehle?|vorgaben?|hinweise)\b",
    ),
    (
        "keine",
        r"\b(?:melde|berichte|nenne|finde)\b.{0,12}?\bkeine\b.{0,20}?\b(?:befunde?|fehler|probleme|"
        r"mängel|schwachstellen)\b",
    ),
    (
        "genehmige bestätige akzeptiere",
        r"\b(?:genehmige|bestätige|akzeptiere)\b.{0,12}?\b(?:diese[nrs]?|den|die)\b.{0,12}?"
        r"\b(?:änderung|pull request|pr|merge request)\b",
    ),
    # French
    (
        "instruction consigne règle directive ordre",
        r"\b(?:ignore[zr]?|oublie[zr]?|néglige[zr]?|ne (?:suis|suivez|tiens|tenez) pas)\b.{0,30}?"
        r"\b(?:instructions?|consignes?|règles|directives?|ordres)\b.{0,20}?"
        r"\b(?:précédent|antérieur|ci-dessus|ci-avant|initial)",
    ),
    (
        "signale rapporte mentionne",
        r"\bne (?:signale[zr]?|rapporte[zr]?|mentionne[zr]?)\b.{0,12}?\b(?:aucun\w{0,2}|pas|"
        r"rien)\b",
    ),
    (
        "approuve",
        r"\bapprouve[zr]?\b.{0,10}?\b(?:cette|ce|la|le)\b.{0,10}?\b(?:pull request|pr|modification|"
        r"changement|demande)\b",
    ),
    # Spanish, Portuguese, Italian
    (
        "instrucciones reglas órdenes indicaciones instruções regras ordens istruzioni regole "
        "ordini",
        r"\b(?:ignora|ignore|ignorar|olvida|olvide|descarta|descarte|esqueça|desconsidere|"
        r"dimentica|"
        r"trascura|haz caso omiso de)\b.{0,30}?\b(?:instrucciones|reglas|órdenes|indicaciones|"
        r"instruções|regras|ordens|istruzioni|regole|ordini)\b.{0,20}?\b(?:anteriores|previas|"
        r"prévias|"
        r"acima|anteriori|precedenti|de arriba|sopra)",
    ),
    (
        "inform report señal mencion",
        r"\bno (?:informes?|reportes?|señales?|menciones?)\b.{0,12}?\b(?:ningún|ninguna|nada|"
        r"problemas|"
        r"errores|hallazgos)\b",
    ),
    (
        "aprueba aprova aprove approva",
        r"\b(?:aprueba|aprova|aprove|approva)\b.{0,10}?\b(?:este|esta|questa|questo|o|a|la|"
        r"il)\b.{0,10}?"
        r"\b(?:pull request|pr|cambio|mudança|modifica|solicitud|alteração)\b",
    ),
    # Dutch, Polish, Turkish
    (
        "negeer vergeet",
        r"\b(?:negeer|vergeet)\b.{0,30}?\b(?:eerdere|vorige|voorgaande|bovenstaande|alle)\b.{0,20}?"
        r"\b(?:instructies|aanwijzingen|regels|opdrachten)\b",
    ),
    (
        "ignoruj pomiń zapomnij",
        r"\b(?:zignoruj|ignoruj|pomiń|zapomnij)\b.{0,30}?\b(?:poprzedni|wcześniejsz|powyższ)"
        r".{0,20}?\b(?:instrukcj|poleceni|zasad)",
    ),
    (
        "talimat komut kural yönerge",
        r"\b(?:önceki|yukarıdaki|tüm)\b.{0,30}?(?:talimat|komut|kural|yönerge).{0,25}?"
        r"(?:yoksay|yok say|görmezden gel|unut|dikkate alma)",
    ),
    # Russian, Ukrainian
    (
        "игнорируй забудь внимания ігноруй",
        r"(?:игнорируй|проигнорируй|забудь|не обращай внимания|ігноруй|забудь про).{0,30}?"
        r"(?:предыдущ|прежн|выше|все|свои|попередн).{0,25}?(?:инструкц|указани|правил|команд|"
        r"інструкц)",
    ),
    (
        "не ",
        r"(?:не сообщай|не указывай|не повідомляй).{0,20}?(?:об ошибк|ошибк|проблем|уязвимост|"
        r"помилк)",
    ),
    (
        "одобри схвали",
        r"(?:одобри|схвали)\w{0,4}.{0,12}?(?:этот|это|цей|запрос|изменени|pull request)",
    ),
    # Chinese, Japanese, Korean
    (
        "忽略 无视 無視 忽視 忘记 忘記 不要理会",
        r"(?:忽略|无视|無視|忽視|忘记|忘記|不要理会).{0,12}?(?:之前|以上|先前|前面|上述|所有|你的).{0,10}?"
        r"(?:指令|指示|说明|說明|规则|規則|提示|要求)",
    ),
    (
        "不要 请勿 請勿 别",
        r"(?:不要|请勿|請勿|别)(?:报告|報告|指出|提及|评论).{0,10}?(?:问题|問題|漏洞|错误|錯誤|缺陷)",
    ),
    (
        "批准 通过 同意",
        r"(?:批准|通过|同意)(?:此|这个|這個|该|本)(?:拉取请求|请求|更改|变更|修改|合并|pr)",
    ),
    (
        "無視 忘れ",
        r"(?:以前|これまで|上記|前|すべて)の?.{0,8}?(?:指示|命令|ルール|プロンプト).{0,6}?(?:無視|忘れ)",
    ),
    (
        "報告 指摘",
        r"(?:問題|指摘|脆弱性|バグ).{0,6}?(?:報告しない|報告せず|指摘しない)",
    ),
    ("承認", r"(?:この|本).{0,10}?(?:変更|プルリクエスト|pr).{0,4}?(?:承認し|を承認)"),
    ("무시 잊", r"(?:이전|위의?|앞선|모든).{0,10}?(?:지시|명령|규칙|프롬프트).{0,8}?(?:무시|잊)"),
    # Arabic, Hindi
    ("تجاهل انس", r"(?:تجاهل|انس).{0,20}?(?:التعليمات|الأوامر|القواعد).{0,15}?(?:السابقة|أعلاه)"),
    ("निर्देश", r"(?:पिछले|पहले|उपरोक्त).{0,15}?(?:निर्देश).{0,15}?(?:अनदेखा|नज़रअंदाज़|भूल)"),
)
