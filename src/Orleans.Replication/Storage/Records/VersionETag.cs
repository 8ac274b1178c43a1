using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Orleans.Replication.Storage.Records;

/// <summary>
/// An etag is a record's version in the group, in decimal. Versions of one record never repeat, also across deletion and re-creation, so
/// neither do etags.
/// </summary>
internal static class VersionETag
{
    /// <summary>The etag of a version.</summary>
    public static string Format(long version) => version.ToString(CultureInfo.InvariantCulture);

    /// <summary>Finds the version that an etag stands for.</summary>
    /// <returns>False when <see cref="Format"/> never made such an etag, so that no record can have it.</returns>
    public static bool TryParse([NotNullWhen(true)] string? etag, out long version) =>
        long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out version) && Format(version) == etag;
}
