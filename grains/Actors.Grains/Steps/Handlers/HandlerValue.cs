namespace Actors.Grains.Steps;

/// <summary>
/// What goes into a handler or comes out of it: always as JSON, and, between two stages of one run, also as the object
/// it was, so that the next one need not parse it.
/// </summary>
/// <param name="Payload">The JSON.</param>
/// <param name="Type">Declared type of <paramref name="Object"/>; null: there is only the JSON.</param>
/// <param name="Object">The object.</param>
internal readonly record struct HandlerValue(Payload Payload, Type? Type = null, object? Object = null);
