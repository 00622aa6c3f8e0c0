// SPDX-License-Identifier: Apache-2.0

#ifdef WITHOUT_FOUNDATION
// The argument parser refers to seven symbols of FoundationEssentials: six to write its description of all commands as
// JSON, and one to ask an error for its description in the reader's language. For these, the linker would add 6 MB to the
// static program, and 1 700 records that the runtime searches for each conformance it needs. This file defines them, so
// the static program has no Foundation. `make manual` asks the debug build for that description, which has it.
//
// A newer argument parser may need more of it. Then the linker takes those symbols from Foundation again, and reports
// these as duplicates.
#include <unistd.h>

// JSON is asked for only by this option of the parser, which its help does not list.
static const char message[] = "ipvs-timeout: this program was built without --experimental-dump-help; run `ipvs-timeout "
                              "--help`, or use a debug build\n";

static _Noreturn void no_json(void) { _exit(write(STDERR_FILENO, message, sizeof message - 1) < 0 ? 74 : 64); }

#define WITHOUT(name, symbol)       \
  void name(void) __asm__(symbol);  \
  void name(void) { no_json(); }

WITHOUT(encoder_metadata, "$s20FoundationEssentials11JSONEncoderCMa")
WITHOUT(encoder_init, "$s20FoundationEssentials11JSONEncoderCACycfc")
WITHOUT(encoder_sorted, "$s20FoundationEssentials11JSONEncoderC16OutputFormattingV10sortedKeysAEvau")
WITHOUT(encoder_pretty, "$s20FoundationEssentials11JSONEncoderC16OutputFormattingV13prettyPrintedAEvau")
WITHOUT(string_of_data, "$sSS20FoundationEssentialsE4data8encodingSSSgAA4DataVh_SSAAE8EncodingVtcfC")
WITHOUT(encoding_utf8, "$sSS20FoundationEssentialsE8EncodingV4utf8ACvau")

// The protocol `LocalizedError`, as the Swift compiler describes a public protocol without requirements. No type of the
// program conforms to it, so the parser's question is always answered with no.
__asm__(".section .rodata\n"
        ".p2align 2\n"
        "1: .long 0, 0\n"      // a module, without a parent
        ".long 2f - .\n"       // its name
        "2: .asciz \"FoundationEssentials\"\n"
        "3: .asciz \"LocalizedError\"\n"
        ".p2align 2\n"
        ".globl \"$s20FoundationEssentials14LocalizedErrorMp\"\n"
        "\"$s20FoundationEssentials14LocalizedErrorMp\":\n"
        ".long 0x10043\n"      // a unique protocol, not only for classes
        ".long 1b - .\n"       // its module
        ".long 3b - .\n"       // its name
        ".long 0, 0, 0\n"      // no requirement, no associated type
        ".text\n");
#endif
