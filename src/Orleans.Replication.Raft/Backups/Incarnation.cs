using System.Security.Cryptography;
using System.Text;

namespace Orleans.Replication.Raft.Backups;

/// <summary>
/// Which life of a group a member belongs to. A group that is restored from a backup, or recovered from one survivor, has forgotten what its members may have promised and
/// acknowledged since: to the members of its former life it is another group with the same name. They say their incarnation in every Hello, and those of another one are
/// refused before anything is read (SAFETY 13): with their longer logs they would otherwise be elected, and bring back what was given up, or mix both histories.
/// </summary>
internal static class Incarnation
{
    /// <summary>That of a group that was never restored or recovered.</summary>
    public const string Original = "";

    /// <summary>What a member says in its Hello that has no history, and takes the group's incarnation when it is admitted.</summary>
    public const string Unknown = "?";

    private const int MaxChars = 64;

    /// <summary>One that was never there.</summary>
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    /// <summary>The same for all who restore the same backup for the same voters.</summary>
    public static string Of(byte[] backupDigest, IEnumerable<string> voters)
    {
        var text = $"{Convert.ToHexString(backupDigest)}\n{string.Join('\n', voters.Order(StringComparer.Ordinal))}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
    }

    /// <summary>True for a name that one may have.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= MaxChars && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    /// <summary>Judges a peer's Hello.</summary>
    /// <param name="own">This member's; null for one without history.</param>
    /// <param name="said">What the peer says.</param>
    /// <param name="asksOnly">True for a connection over which a peer only asks and proposes, and speaks for no log.</param>
    public static bool IsSame(string? own, string said, bool asksOnly) => own is null || own == said || (asksOnly && said == Unknown);
}
