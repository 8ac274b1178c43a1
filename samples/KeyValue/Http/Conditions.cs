using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace KeyValue.Http;

/// <summary>The conditions of a write, and the entity tag that carries a version: <c>"&lt;version&gt;"</c>.</summary>
internal static class Conditions
{
    /// <summary>A condition that no key ever meets: a well-formed tag that this sample never gave out.</summary>
    public const long NeverHolds = -1;

    private const long MustNotExist = 0;

    /// <summary>The entity tag of a version.</summary>
    public static string ToETag(long version) => $"\"{version.ToString(CultureInfo.InvariantCulture)}\"";

    /// <summary>
    /// Reads <c>If-Match: "&lt;version&gt;"</c> or <c>If-None-Match: *</c> as the version that the key must have: 0 when it must not exist, null
    /// without a condition.
    /// </summary>
    /// <returns>False when there is a condition that is neither.</returns>
    public static bool TryRead(HttpRequest request, out long? expectedVersion, [NotNullWhen(false)] out string? problem)
    {
        var (match, noneMatch) = (request.Headers.IfMatch, request.Headers.IfNoneMatch);
        (expectedVersion, problem) = (null, null);
        if (match.Count > 0 && noneMatch.Count > 0)
            problem = "A write takes If-Match or If-None-Match, not both.";
        else if (noneMatch.Count > 0 && noneMatch != "*")
            problem = "If-None-Match takes *: write only when the key does not exist.";
        else if (noneMatch.Count > 0)
            expectedVersion = MustNotExist;
        else if (match.Count > 0)
            problem = TryReadTag(match, out expectedVersion) ? null : "If-Match takes one version as it stands in an ETag, for example \"42\".";
        return problem is null;
    }

    private static bool TryReadTag(StringValues header, out long? version)
    {
        version = null;
        if (header.Count != 1 || header[0] is not ['"', .. { Length: > 0 } digits, '"'])
            return false;

        // Versions begin at 1. A 0 must not become the condition "must not exist".
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed))
            return false;
        version = parsed == MustNotExist ? NeverHolds : parsed;
        return true;
    }
}
