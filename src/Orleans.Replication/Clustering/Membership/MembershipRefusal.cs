namespace Orleans.Replication.Clustering.Membership;

/// <summary>Why a change was refused. All but the last is the one byte of a refused command's answer.</summary>
internal enum MembershipRefusal : byte
{
    /// <summary>The command could not be read. Only software of another version sends such.</summary>
    Malformed = 0,

    /// <summary>A row of the silo to insert exists.</summary>
    RowExists = 1,

    /// <summary>The row to update does not exist.</summary>
    RowMissing = 2,

    /// <summary>The row to update has another etag.</summary>
    RowChanged = 3,

    /// <summary>The table has another etag. Said by the group, before the table is asked.</summary>
    TableChanged = 4,
}
