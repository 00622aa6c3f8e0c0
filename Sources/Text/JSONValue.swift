// SPDX-License-Identifier: Apache-2.0

/// A JSON value.
///
/// Its text is compact and keeps the keys in the order in which they were added.
///
/// Foundation's encoder would take more time than the rest of the program.
package indirect enum JSONValue {
  case null
  case boolean(Bool)
  case number(UInt32)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// A count, as a JSON number.
  package static func number(_ count: Int) -> JSONValue { .number(UInt32(clamping: count)) }

  /// The value as JSON text.
  package var text: String {
    switch self {
    case .null: "null"
    case .boolean(let value): value ? "true" : "false"
    case .number(let value): String(value)
    case .string(let value): JSONValue.quoted(value)
    case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
    case .object(let object): object.text
    }
  }

  fileprivate static func quoted(_ string: String) -> String {
    var result = "\""
    for scalar in string.unicodeScalars {
      if scalar == "\"" || scalar == "\\" {
        result += "\\\(scalar)"
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
  private var members: [(key: String, value: JSONValue)] = []

  /// An object without members.
  package init() {}

  /// Adds a member.
  package mutating func add(_ key: String, _ value: JSONValue) {
    members.append((key, value))
  }

  /// The object as JSON text, on one line.
  package var text: String {
    "{" + members.map { "\(JSONValue.quoted($0.key)):\($0.value.text)" }.joined(separator: ",") + "}"
  }
}
