"""Names each language brings along: nobody has to be shown what they do."""

from __future__ import annotations

import builtins


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SCRIPT = _words(
    """
    Array BigInt Boolean Buffer Date Error EvalError Function Int8Array Map Number Object Promise
    Proxy RangeError ReferenceError RegExp Set String Symbol SyntaxError TypeError URIError URL
    URLSearchParams Uint8Array WeakMap WeakSet afterAll afterEach atob beforeAll beforeEach btoa
    clearInterval clearTimeout decodeURI decodeURIComponent describe encodeURI encodeURIComponent
    eval expect fetch import isFinite isNaN it parseFloat parseInt queueMicrotask require
    setImmediate setInterval setTimeout structuredClone super test
    """
)

BUILTINS: dict[str, frozenset[str]] = {
    "python": frozenset(dir(builtins)),
    "javascript": _SCRIPT,
    "typescript": _SCRIPT,
    "tsx": _SCRIPT,
    "go": _words(
        """
        append bool byte cap clear close complex copy delete error float32 float64 imag int int16
        int32 int64 int8 len make max min new panic print println real recover rune string uint
        uint16 uint32 uint64 uint8 uintptr
        """
    ),
    "java": _words(
        """
        ArrayList Boolean Double Exception HashMap HashSet IllegalArgumentException
        IllegalStateException Integer LinkedHashMap LinkedList Long Object RuntimeException String
        StringBuilder Thread super this
        """
    ),
    "ruby": _words(
        """
        Array Float Integer String abort attr_accessor attr_reader attr_writer binding block_given?
        catch eval exit extend fail format gets include lambda loop p print printf private proc
        protected public puts raise rand require require_relative sleep sprintf srand super throw
        warn yield
        """
    ),
    "rust": _words(
        """
        Box Err None Ok Some String Vec assert assert_eq assert_ne dbg debug_assert eprintln format
        matches panic print println todo unimplemented unreachable vec write writeln
        """
    ),
    "c": _words(
        """
        abort assert calloc exit fclose fopen fprintf free malloc memcmp memcpy memmove memset
        offsetof printf realloc sizeof snprintf sprintf strcmp strcpy strdup strlen strncmp strncpy
        """
    ),
    "cpp": _words(
        """
        abort alignof assert calloc decltype dynamic_cast exit free malloc memcmp memcpy memmove
        memset move printf reinterpret_cast sizeof snprintf static_cast strcmp strlen
        """
    ),
    "csharp": _words(
        """
        ArgumentException ArgumentNullException Dictionary Exception HashSet
        InvalidOperationException List Object String StringBuilder nameof sizeof typeof
        """
    ),
    "php": _words(
        """
        array_filter array_key_exists array_keys array_map array_merge array_values count defined
        die empty exit explode implode in_array is_array is_null is_string isset json_decode
        json_encode preg_match preg_replace printf sprintf str_replace strlen strpos substr trim
        unset var_dump
        """
    ),
    "bash": _words(
        """
        [ alias awk basename bash bg break builtin cat cd chmod chown command continue cp curl cut
        date declare dirname disown docker echo env eval exec exit export false fg find getopts git
        grep head jobs kill let ln local ls make mkdir mktemp mv node npm pip popd printf ps pushd
        pwd python python3 read readonly return rm rmdir sed set sh shift shopt sleep sort source
        ssh sudo tail tar tee test time touch tr trap true type typeset ulimit umask unalias uname
        uniq unset wait wc which xargs
        """
    ),
    "kotlin": _words(
        """
        arrayListOf arrayOf check checkNotNull emptyList emptyMap emptySet error lazy listOf mapOf
        mutableListOf mutableMapOf mutableSetOf print println require requireNotNull run setOf to
        with
        """
    ),
    "swift": _words(
        """
        Array Bool Data Date Dictionary Double Int Set String URL abs assert assertionFailure
        fatalError max min precondition print stride type zip
        """
    ),
}
"""By language. Of the larger libraries, what most files use without an import."""

METHODS = _words(
    """
    accept add addEventListener all any append apply as_str assert_called bind body build call
    cancel catch clear clone close collect commit connect contains copy count create cursor data
    debug decode delete destroy done each emit empty encode end endsWith endswith entries equals
    error every execute exists exit expect extend fetch filter find first flush forEach format from
    get getattr group handle has hash headers id index info init insert into invoke is_empty isdigit
    items iter join json keys kind last len length line lines list listen load lock log lower main
    make map match max message min mkdir name new next of on open parse path pop post print push put
    query raise_for_status read readline recv reduce register release remove render replace request
    reset resolve result reverse rollback root run save search send set setdefault setup shift show
    shutdown size skip sleep slice sort source split start startsWith startswith status stop strip
    sub submit sum swap take tell test text then title toString to_s to_string to_vec trim type
    unlock unwrap update upper url use value values wait walk warn warning with write
    """
)
"""Methods of so many classes that a name alone does not say whose is called."""
