/* A scriptable OpenVR runtime behind libopenvr_api's C interface; see README.md. Linux, 64 bit.
 *
 * slots.h, written by the build, holds for IVRSystem and IVRCompositor: SYSTEM_SLOTS and COMPOSITOR_SLOTS, the lengths of
 * their tables, SYSTEM_<function> and COMPOSITOR_<function> for every function, and SYSTEM_TABLE and COMPOSITOR_TABLE, the
 * tables' names with their versions. */

#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "slots.h"

#define DEVICES 64
#define EVENTS 32
#define AXES 5
#define NO_DEVICE 0xFFFFFFFFu
#define EYES 2

enum { OK = 0, INTERFACE_NOT_FOUND = 105 };                       /* EVRInitError */
enum { PROPERTY_SMALL_BUFFER = 3, PROPERTY_UNKNOWN = 4 }; /* ETrackedPropertyError */
enum { SERIAL_NUMBER = 1002, AXIS_0_TYPE = 3002, CONTROLLER_TYPE = 7000 };         /* ETrackedDeviceProperty */

typedef struct {
    float matrix[12];
    float velocity[3];
    float angular_velocity[3];
    int32_t result;
    bool valid;
    bool connected;
} Pose;

#pragma pack(push, 4)
typedef struct {
    uint32_t packet;
    uint64_t pressed;
    uint64_t touched;
    float axes[AXES][2];
} State;
#pragma pack(pop)

typedef struct {
    int32_t kind; /* ETrackedDeviceClass; 0: no device */
    char serial[64];
    char type[64];
    int32_t axis_types[AXES];
    Pose pose;
    State state;
} Device;

typedef struct {
    float matrix[12];
} Matrix;

typedef struct { /* Texture_t */
    void *handle;
    int32_t type, colour_space;
} Texture;

typedef struct { /* what an application has submitted for one eye, as RGBA, bottom row first */
    int32_t width, height;
    uint8_t *pixels;
    int32_t type;
    float bounds[4];
} Picture;

static struct {
    int32_t init_error;
    int32_t application;
    uint32_t roles[8]; /* device of every ETrackedControllerRole */
    Device devices[DEVICES];
    uint32_t events[EVENTS];
    int head, tail;
    int acknowledged, cleaned_up, calls;
    float predicted;
    float photons; /* seconds from waitGetPoses to the light of the picture */
    uint32_t target[2];
    float frusta[EYES][4]; /* tangents: left, right, top, bottom */
    Matrix eyes[EYES];
    int waited, submitted;
    int32_t compositor_error;
    Picture pictures[EYES];
} rt;

/* ---- what a test calls ---- */

void rt_reset(void) {
    memset(&rt, 0, sizeof rt);
    for (int i = 0; i < 8; i++) rt.roles[i] = NO_DEVICE;
}

void rt_refuse(int32_t error) { rt.init_error = error; }

void rt_device(uint32_t i, int32_t kind, const char *serial, const char *type) {
    Device *d = &rt.devices[i];
    memset(d, 0, sizeof *d);
    d->kind = kind;
    snprintf(d->serial, sizeof d->serial, "%s", serial);
    snprintf(d->type, sizeof d->type, "%s", type);
}

void rt_role(int32_t role, uint32_t i) { rt.roles[role] = i; }

void rt_pose(uint32_t i, const float *matrix, int32_t result, bool valid, bool connected) {
    Pose *p = &rt.devices[i].pose;
    memcpy(p->matrix, matrix, sizeof p->matrix);
    p->result = result;
    p->valid = valid;
    p->connected = connected;
}

void rt_velocity(uint32_t i, float x, float y, float z) {
    float *v = rt.devices[i].pose.velocity;
    v[0] = x, v[1] = y, v[2] = z;
}

void rt_buttons(uint32_t i, uint64_t pressed) { rt.devices[i].state.pressed = pressed; }

void rt_axis(uint32_t i, int axis, int32_t type, float x, float y) {
    rt.devices[i].axis_types[axis] = type;
    rt.devices[i].state.axes[axis][0] = x;
    rt.devices[i].state.axes[axis][1] = y;
}

void rt_headset(uint32_t width, uint32_t height, float photons) {
    rt.target[0] = width, rt.target[1] = height;
    rt.photons = photons;
}

void rt_eye(int eye, const float *frustum, const float *to_head) {
    memcpy(rt.frusta[eye], frustum, sizeof rt.frusta[eye]);
    memcpy(rt.eyes[eye].matrix, to_head, sizeof rt.eyes[eye].matrix);
}

void rt_compositor_refuses(int32_t error) { rt.compositor_error = error; }

const Picture *rt_picture(int eye) { return &rt.pictures[eye]; }
int rt_waited(void) { return rt.waited; }
int rt_submitted(void) { return rt.submitted; }

void rt_event(uint32_t type) { rt.events[rt.tail++ % EVENTS] = type; }

int rt_acknowledged(void) { return rt.acknowledged; }
int rt_cleaned_up(void) { return rt.cleaned_up; }
int rt_application(void) { return rt.application; }
int rt_calls(void) { return rt.calls; }
float rt_predicted(void) { return rt.predicted; }

/* ---- IVRSystem ---- */

static void poses(int universe, float predicted, Pose *out, uint32_t count) {
    (void)universe;
    rt.calls++;
    rt.predicted = predicted;
    for (uint32_t i = 0; i < count && i < DEVICES; i++) {
        out[i] = rt.devices[i].pose;
        for (int k = 0; k < 3; k++) out[i].matrix[4 * k + 3] += predicted * out[i].velocity[k];
    }
}

static uint32_t index_of_role(int32_t role) {
    rt.calls++;
    return rt.roles[role];
}

static int32_t device_class(uint32_t i) {
    rt.calls++;
    return i < DEVICES ? rt.devices[i].kind : 0;
}

static bool is_connected(uint32_t i) {
    rt.calls++;
    return i < DEVICES && rt.devices[i].pose.connected;
}

static int32_t int_property(uint32_t i, int32_t property, int32_t *error) {
    rt.calls++;
    int axis = property - AXIS_0_TYPE;
    bool known = i < DEVICES && axis >= 0 && axis < AXES;
    *error = known ? OK : PROPERTY_UNKNOWN;
    return known ? rt.devices[i].axis_types[axis] : 0;
}

static uint32_t string_property(uint32_t i, int32_t property, char *out, uint32_t size, int32_t *error) {
    rt.calls++;
    const char *text = property == SERIAL_NUMBER ? rt.devices[i].serial
                     : property == CONTROLLER_TYPE ? rt.devices[i].type : NULL;
    if (text == NULL) {
        *error = PROPERTY_UNKNOWN;
        return 0;
    }
    uint32_t needed = (uint32_t)strlen(text) + 1;
    *error = size < needed ? PROPERTY_SMALL_BUFFER : OK;
    if (size >= needed) memcpy(out, text, needed);
    return needed;
}

static bool next_event(void *out, uint32_t size) {
    rt.calls++;
    if (rt.head == rt.tail) return false;
    memset(out, 0, size);
    memcpy(out, &rt.events[rt.head++ % EVENTS], sizeof(uint32_t));
    return true;
}

static bool controller_state(uint32_t i, State *out, uint32_t size) {
    rt.calls++;
    if (i >= DEVICES || size != sizeof(State) || rt.devices[i].kind != 2) return false;
    *out = rt.devices[i].state;
    return true;
}

static void acknowledge_quit(void) { rt.acknowledged++; }

static void render_size(uint32_t *width, uint32_t *height) {
    *width = rt.target[0];
    *height = rt.target[1];
}

static void projection_raw(int eye, float *left, float *right, float *top, float *bottom) {
    const float *f = rt.frusta[eye];
    *left = f[0], *right = f[1], *top = f[2], *bottom = f[3];
}

static Matrix eye_to_head(int eye) { return rt.eyes[eye]; }

/* ---- IVRCompositor ---- */

static int32_t wait_get_poses(Pose *render, uint32_t count, Pose *game, uint32_t game_count) {
    rt.waited++;
    float recorded = rt.predicted; /* what the compositor predicts is for the picture */
    if (render != NULL) poses(0, rt.photons, render, count);
    if (game != NULL) poses(0, rt.photons, game, game_count);
    rt.predicted = recorded;
    return rt.compositor_error;
}

/* As a compositor does: takes the texture out of the application's GL context, which must be current. */
static void take_picture(unsigned name, Picture *out) {
    void *(*find)(const char *) = NULL;
    void *egl = dlopen("libEGL.so.1", RTLD_NOW | RTLD_NOLOAD);
    if (egl != NULL) *(void **)&find = dlsym(egl, "eglGetProcAddress");
    if (find == NULL) return;
    void (*bind)(unsigned, unsigned);
    void (*level)(unsigned, int, unsigned, int32_t *);
    void (*image)(unsigned, int, unsigned, unsigned, void *);
    void (*get)(unsigned, int32_t *);
    *(void **)&bind = find("glBindTexture");
    *(void **)&level = find("glGetTexLevelParameteriv");
    *(void **)&image = find("glGetTexImage");
    *(void **)&get = find("glGetIntegerv");
    int32_t before = 0;
    get(0x8069 /* GL_TEXTURE_BINDING_2D */, &before);
    bind(0x0DE1 /* GL_TEXTURE_2D */, name);
    level(0x0DE1, 0, 0x1000 /* GL_TEXTURE_WIDTH */, &out->width);
    level(0x0DE1, 0, 0x1001 /* GL_TEXTURE_HEIGHT */, &out->height);
    out->pixels = realloc(out->pixels, (size_t)out->width * out->height * 4 + 1);
    image(0x0DE1, 0, 0x1908 /* GL_RGBA */, 0x1401 /* GL_UNSIGNED_BYTE */, out->pixels);
    bind(0x0DE1, (unsigned)before);
}

static int32_t submit(int eye, const Texture *texture, const float *bounds, int flags) {
    (void)flags;
    rt.submitted++;
    Picture *picture = &rt.pictures[eye];
    picture->type = texture->type;
    memcpy(picture->bounds, bounds, sizeof picture->bounds);
    take_picture((unsigned)(uintptr_t)texture->handle, picture);
    return rt.compositor_error;
}

static void missing(void) {
    fprintf(stderr, "a function was called that the test runtime lacks\n");
    abort();
}

static void *table[SYSTEM_SLOTS];
static void *compositor[COMPOSITOR_SLOTS];

static void fill_tables(void) {
    for (int i = 0; i < SYSTEM_SLOTS; i++) table[i] = (void *)missing;
    for (int i = 0; i < COMPOSITOR_SLOTS; i++) compositor[i] = (void *)missing;
    compositor[COMPOSITOR_waitGetPoses] = (void *)wait_get_poses;
    compositor[COMPOSITOR_submit] = (void *)submit;
    table[SYSTEM_getRecommendedRenderTargetSize] = (void *)render_size;
    table[SYSTEM_getProjectionRaw] = (void *)projection_raw;
    table[SYSTEM_getEyeToHeadTransform] = (void *)eye_to_head;
    table[SYSTEM_getDeviceToAbsoluteTrackingPose] = (void *)poses;
    table[SYSTEM_getTrackedDeviceIndexForControllerRole] = (void *)index_of_role;
    table[SYSTEM_getTrackedDeviceClass] = (void *)device_class;
    table[SYSTEM_isTrackedDeviceConnected] = (void *)is_connected;
    table[SYSTEM_getInt32TrackedDeviceProperty] = (void *)int_property;
    table[SYSTEM_getStringTrackedDeviceProperty] = (void *)string_property;
    table[SYSTEM_pollNextEvent] = (void *)next_event;
    table[SYSTEM_getControllerState] = (void *)controller_state;
    table[SYSTEM_acknowledgeQuit_Exiting] = (void *)acknowledge_quit;
}

/* ---- IVRClientCore_003 ---- */

static int32_t client_init(void *self, int32_t application, const char *startup) {
    (void)self;
    (void)startup;
    rt.application = application;
    fill_tables();
    return rt.init_error;
}

static void client_cleanup(void *self) {
    (void)self;
    rt.cleaned_up++;
}

static int32_t client_knows(void *self, const char *name) {
    (void)self;
    bool known = strstr(SYSTEM_TABLE, name) != NULL || strstr(COMPOSITOR_TABLE, name) != NULL;
    return known ? OK : INTERFACE_NOT_FOUND;
}

static void *client_interface(void *self, const char *name, int32_t *error) {
    (void)self;
    void *found = strcmp(name, SYSTEM_TABLE) == 0       ? (void *)table
                  : strcmp(name, COMPOSITOR_TABLE) == 0 ? (void *)compositor
                                                        : NULL;
    if (error != NULL) *error = found != NULL ? OK : INTERFACE_NOT_FOUND;
    return found;
}

static bool client_has_hmd(void *self) {
    (void)self;
    return true;
}

static const char *client_error_text(void *self, int32_t error) {
    (void)self;
    (void)error;
    return "an error of the test runtime";
}

static void *const client_functions[] = {
    (void *)client_init,    (void *)client_cleanup,    (void *)client_knows,      (void *)client_interface,
    (void *)client_has_hmd, (void *)client_error_text, (void *)client_error_text,
};
static void *const *const client = client_functions;

void *VRClientCoreFactory(const char *name, int *error) {
    bool known = strcmp(name, "IVRClientCore_003") == 0;
    if (error != NULL) *error = known ? OK : INTERFACE_NOT_FOUND;
    return known ? (void *)&client : NULL;
}
