namespace Actors.Faults;

/// <summary>The moments of an order's way through the engine at which the process can be ended.</summary>
internal enum Boundary
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>The events were decided and handed to the store; nothing is written.</summary>
    BeforeWrite,

    /// <summary>The events are in the transaction; nothing is flushed.</summary>
    AfterWriteBeforeFlush,

    /// <summary>The events are durable; neither the grain nor the caller knows.</summary>
    AfterFlushBeforeAcknowledgement,

    /// <summary>The store has acknowledged the events; nothing that follows from them has happened.</summary>
    AfterAcknowledgementBeforeEffect,

    /// <summary>The service has done what a step asks for; its grain does not know.</summary>
    AfterEffectBeforeResult,
}
