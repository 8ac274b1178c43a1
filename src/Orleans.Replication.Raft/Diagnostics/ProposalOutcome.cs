namespace Orleans.Replication.Raft.Diagnostics;

/// <summary>How a proposal of this member ended, as the tag <c>outcome</c> says it.</summary>
internal static class ProposalOutcome
{
    public const string Unavailable = "unavailable";
    public const string Busy = "busy";
    public const string Unknown = "unknown";
    public const string Cancelled = "cancelled";

    public static string Of(CommandStatus status) => status switch
    {
        CommandStatus.Ok => "ok",
        CommandStatus.VersionMismatch => "version_mismatch",
        _ => "rejected",
    };
}
