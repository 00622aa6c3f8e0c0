// SPDX-License-Identifier: Apache-2.0

/// A JSON value, as its text.
///
/// The text is compact and keeps the keys of an object in the order in which they were added.
///
/// Foundation's encoder would take more time than the rest of the program. So would an enumeration with arrays in it:
/// the Swift runtime would search the whole executable for their metadata.
package struct JSONValue {
  /// The value as JSON text.
  package let text: String

  private init(_ text: String) {
    self.text = text
  }

  package static var null: JSONValue { JSONValue("null") }

  package static func boolean(_ value: Bool) -> JSONValue { JSONValue(value ? "true" : "false") }

  package static func number(_ value: UInt32) -> JSONValue { JSONValue(String(value)) }

  /// A count, as a JSON number.
  package static func number(_ count: Int) -> JSONValue { .number(UInt32(clamping: count)) }

  package static func string(_ value: String) -> JSONValue { JSONValue(quoted(value)) }

  package static func array(_ values: [JSONValue]) -> JSONValue {
    var text = "["
    for value in values {
      if text.utf8.count > 1 { text += "," }
      text += value.text
    }
    return JSONValue(text + "]")
  }

  package static func object(_ object: JSONObject) -> JSONValue { JSONValue(object.text) }

  fileprivate static func quoted(_ string: String) -> String {
    var result = "\""
    for scalar in string.unicodeScalars {
      if scalar == "\"" || scalar == "\\" {
        result += "\\"
        result.unicodeScalars.append(scalar)
      } else if scalar.isPrintable {
        result.unicodeScalars.append(scalar)
      } else {
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      }
    }
    return result + "\""
  }
}

/// A JSON object under construction.
package struct JSONObject {
  private var members = ""

  /// An object without members.
  package init() {}

  /// Adds a member.
  package mutating func add(_ key: String, _ value: JSONValue) {
    if !members.isEmpty { members += "," }
    members += JSONValue.quoted(key)
    members += ":"
    members += value.text
  }

  /// The object as JSON text, on one line.
  package var text: String { "{" + members + "}" }
}
