namespace Orleans.Replication.Libp2p.Tests.Support;

/// <summary>What a fault proxy does to the bytes of one direction.</summary>
public enum LinkFault
{
    /// <summary>They arrive as they were sent.</summary>
    None,

    /// <summary>They wait until the fault is taken back: a link that is up and slow beyond measure.</summary>
    Hold,

    /// <summary>They vanish, and the sender does not notice: a host that is gone, or one half of a one-way partition.</summary>
    Drop,

    /// <summary>The next piece arrives twice.</summary>
    Duplicate,

    /// <summary>The next piece arrives behind the one after it.</summary>
    Reorder,

    /// <summary>A bit of the next piece arrives flipped.</summary>
    Corrupt,
}
