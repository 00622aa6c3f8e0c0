// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Text

@Suite struct JSONValueTests {
  @Test(arguments: [
    ("", #""""#),
    ("tcp", #""tcp""#),
    (#"a"b"#, #""a\"b""#),
    (#"a\b"#, #""a\\b""#),
    ("a/b", #""a/b""#),
    ("line\n", #""line\u000a""#),
    ("\r\n", #""\u000d\u000a""#),
    ("\t\0\u{1F}", #""\u0009\u0000\u001f""#),
    ("\u{1B}[0m", #""\u001b[0m""#),
    ("\u{7F}\u{80}\u{9F}\u{A0}", "\"\\u007f\\u0080\\u009f\u{A0}\""),
    // Characters that change the direction of the text, or end a line for some programs.
    ("\u{202E}x\u{2066}\u{FEFF}\u{200B}", #""\u202ex\u2066\ufeff\u200b""#),
    ("\u{2028}\u{2029}", #""\u2028\u2029""#),
    ("\u{AD}", #""\u00ad""#),
    // Characters of two UTF-16 units.
    ("\u{E0001}\u{E0041}", #""\udb40\udc01\udb40\udc41""#),
    ("\u{10FFFF}\u{E000}", "\"\u{10FFFF}\u{E000}\""),
    ("é日🐧", #""é日🐧""#),
    // One character in Swift.
    ("\"\u{301}\\\u{301}", "\"\\\"\u{301}\\\\\u{301}\""),
    ("e\u{301}", "\"e\u{301}\""),
  ])
  func `quotes a string`(string: String, quoted: String) throws {
    let text = JSONValue.string(string).text
    #expect(Array(text.unicodeScalars) == Array(quoted.unicodeScalars))
    // Another program reads the same string.
    let read = try JSONDecoder().decode(String.self, from: Data(text.utf8))
    #expect(Array(read.unicodeScalars) == Array(string.unicodeScalars))
  }

  @Test func `writes values of the other types`() {
    #expect(JSONValue.null.text == "null")
    #expect(JSONValue.boolean(true).text == "true")
    #expect(JSONValue.boolean(false).text == "false")
    #expect(JSONValue.number(0).text == "0")
    #expect(JSONValue.number(4_294_967_295).text == "4294967295")
    #expect(JSONValue.array([]).text == "[]")
    #expect(JSONValue.array([.number(1), .null, .array([.string("x")])]).text == #"[1,null,["x"]]"#)
  }

  @Test func `keeps the order of an object`() {
    var inner = JSONObject()
    inner.add("b", .number(1))
    inner.add("a", .null)
    #expect(JSONValue.object(JSONObject()).text == "{}")
    var object = JSONObject()
    object.add("z", .object(inner))
    object.add(#"""#, .boolean(true))
    #expect(JSONValue.object(object).text == #"{"z":{"b":1,"a":null},"\"":true}"#)
  }

  @Test func `ends an object with its line`() {
    var object = JSONObject()
    object.add("a", .number(1))
    let line = object.line()
    #expect(line.string == "{\"a\":1}\n")
  }
}
